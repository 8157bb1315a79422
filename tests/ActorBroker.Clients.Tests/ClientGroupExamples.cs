using System.Collections.Concurrent;
using ActorBroker.Assignors;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Clients.Tests;

/// <summary>The examples of <c>docs/client.md</c> that are about groups, and runs of them.</summary>
public sealed class ClientGroupExamples(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Records = 1000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_group_reads_at_least_once()
    {
        await using var client = NewClient();
        var (cancel, topic, group) = (Cancel, await FillAsync(client), NewName());
        var values = new List<string?>();
        // example: group
        await using var consumer = client.CreateConsumer(
            Deserializers.Utf8, Deserializers.Utf8,
            new ConsumerOptions { GroupId = group, AutoOffsetReset = AutoOffsetReset.Earliest });
        consumer.Subscribe([topic]);
        await foreach (var result in consumer.ReadAllAsync(cancel))
        {
            values.Add(result.Value); // Processing; when the next record is asked for, this one may be committed.
            if (values.Count == 1000)
            {
                consumer.StoreOffset(result); // The newest one too.
                break;
            }
        }

        // end
        await consumer.DisposeAsync();
        Assert.Equal(Records, values.Distinct().Count());
        await using var next = client.CreateConsumer(new ConsumerOptions { GroupId = group });
        var partitions = Enumerable.Range(0, 3).Select(each => new TopicPartition(topic, each)).ToList();
        var committed = await next.CommittedAsync(partitions, cancel);
        Assert.Equal(Records, committed.Values.Sum(each => each!.Value.Offset));
    }

    [Fact]
    public async Task A_group_reads_at_most_once()
    {
        await using var client = NewClient();
        var (cancel, topic, group) = (Cancel, await FillAsync(client), NewName());
        var values = new List<string?>();
        await using var consumer = client.CreateConsumer(
            Deserializers.Utf8, Deserializers.Utf8, new ConsumerOptions
            {
                GroupId = group,
                AutoOffsetReset = AutoOffsetReset.Earliest,
                EnableAutoCommit = false,
            });
        consumer.Subscribe([topic]);
        while (values.Count < Records)
        {
            // example: at-most-once
            var results = await consumer.PollAsync(TimeSpan.FromSeconds(1), cancel);
            await consumer.CommitAsync(cancel);
            foreach (var result in results)
            {
                values.Add(result.Value);
            }

            // end
        }

        Assert.Equal(Records, values.Distinct().Count());
    }

    [Fact]
    public async Task Partitions_come_and_go()
    {
        await using var client = NewClient();
        var (cancel, topic, group) = (Cancel, await FillAsync(client), NewName());
        var counts = new ConcurrentDictionary<TopicPartition, int>();
        var saved = new ConcurrentDictionary<TopicPartition, int>();
        var consumer = client.CreateConsumer(
            Deserializers.Utf8, Deserializers.Utf8,
            new ConsumerOptions { GroupId = group, AutoOffsetReset = AutoOffsetReset.Earliest });
        // example: rebalance
        consumer.Subscribe([topic], new RebalanceHandlers
        {
            Assigned = (partitions, token) =>
            {
                foreach (var partition in partitions)
                {
                    counts[partition] = 0; // Also the place to seek.
                }

                return ValueTask.CompletedTask;
            },
            Revoked = async (partitions, token) =>
            {
                await SaveAsync(partitions, token);
                await consumer.CommitAsync(token); // Still this member's: it counts.
            },
            Lost = (partitions, token) => ValueTask.CompletedTask, // Another member has them already.
        });
        // end
        await foreach (var result in consumer.ReadAllAsync(cancel).Take(Records))
        {
            counts[result.TopicPartition]++;
        }

        await consumer.DisposeAsync();
        Assert.Equal(Records, saved.Values.Sum());

        ValueTask SaveAsync(IEnumerable<TopicPartition> partitions, CancellationToken token)
        {
            foreach (var partition in partitions)
            {
                saved[partition] = counts[partition];
            }

            return ValueTask.CompletedTask;
        }
    }

    [Fact]
    public async Task Many_records_at_a_time()
    {
        await using var client = NewClient();
        var (topic, group) = (await FillAsync(client), NewName());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var cancel = stop.Token;
        var seen = new ConcurrentQueue<string?>();
        await using var consumer = client.CreateConsumer(
            Deserializers.Utf8, Deserializers.Utf8,
            new ConsumerOptions { GroupId = group, AutoOffsetReset = AutoOffsetReset.Earliest });
        consumer.Subscribe([topic]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            // example: parallel
            await consumer.ConsumeParallelAsync(
                async (result, token) => await ProcessAsync(result.Value, token),
                new ParallelConsumeOptions { Degree = 32, Order = ProcessingOrder.Key },
                cancel);
            // end
        });
        Assert.Equal(Records, seen.Distinct().Count());

        async Task ProcessAsync(string? value, CancellationToken token)
        {
            await Task.Yield();
            seen.Enqueue(value);
            if (seen.Count >= Records)
            {
                await stop.CancelAsync();
            }
        }
    }

    [Fact]
    public void Options_of_a_group()
    {
        // example: group-options
        var modern = new ConsumerOptions { GroupId = "billing", GroupProtocol = GroupProtocol.Consumer };
        var gentle = new ConsumerOptions
        {
            GroupId = "billing",
            GroupInstanceId = "billing-1",
            Assignors = [PartitionAssignors.CooperativeSticky],
        };
        // end
        Assert.NotEqual(modern, gentle);
    }

    private static string NewName() => $"example-{Guid.NewGuid():N}";

    private static async Task<string> FillAsync(KafkaClient client)
    {
        var topic = NewName();
        await client.Admin.CreateTopicAsync(new NewTopic { Name = topic, Partitions = 3 }, Cancel);
        await using var producer = client.CreateProducer(Serializers.Utf8, Serializers.Utf8);
        for (var i = 0; i < Records; i++)
        {
            await producer.SendAsync(topic, new($"key-{i % 97}", $"{i}"), Cancel);
        }

        await producer.FlushAsync(Cancel);
        return topic;
    }

    private KafkaClient NewClient() => new(new ClientOptions { BootstrapServers = server.Bootstrap });
}
