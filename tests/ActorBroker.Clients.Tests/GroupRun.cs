using System.Collections.Concurrent;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Clients.Tests;

/// <summary>Members of one group that read a topic of numbers, each in a task, until they are stopped.</summary>
internal sealed class GroupRun(KafkaClient client, string topic, ConsumerOptions options) : IAsyncDisposable
{
    private readonly List<(Consumer<Ignore, int> Consumer, CancellationTokenSource Stop, Task Reading)> _members = [];

    /// <summary>The numbers that were read; more than once where they were repeated.</summary>
    public ConcurrentQueue<int> Seen { get; } = new();

    /// <summary>The members' rebalances: "member what partitions".</summary>
    public ConcurrentQueue<string> Rebalances { get; } = new();

    /// <summary>What the members that run are assigned now.</summary>
    public IEnumerable<IReadOnlyCollection<TopicPartition>> Assignments =>
        _members.Where(each => !each.Reading.IsCompleted).Select(each => each.Consumer.Assignment);

    public static async Task ProduceAsync(
        KafkaClient client, string topic, int first, int count, CancellationToken cancel)
    {
        await using var producer = client.CreateProducer(Serializers.Utf8, Serializers.Int32);
        for (var i = first; i < first + count; i++)
        {
            await producer.SendAsync(topic, new($"key-{i % 97}", i), cancel);
        }

        await producer.FlushAsync(cancel);
    }

    /// <summary>One member more.</summary>
    public void Start(string? instanceId = null)
    {
        var number = _members.Count;
        var consumer = client.CreateConsumer(
            Deserializers.Ignore, Deserializers.Int32, options with { GroupInstanceId = instanceId });
        consumer.Subscribe([topic], new RebalanceHandlers
        {
            Assigned = (partitions, _) => Note(number, "assigned", partitions),
            Revoked = (partitions, _) => Note(number, "revoked", partitions),
            Lost = (partitions, _) => Note(number, "lost", partitions),
        });
        var stop = new CancellationTokenSource();
        _members.Add((consumer, stop, Task.Run(() => ReadAsync(consumer, stop.Token))));
    }

    /// <summary>A member goes in peace.</summary>
    public async Task StopAsync(int member)
    {
        var (consumer, stop, reading) = _members[member];
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await consumer.DisposeAsync();
        stop.Dispose();
    }

    /// <summary>Waits; a member that fails fails it.</summary>
    public async Task WaitAsync(Func<bool> condition, CancellationToken cancel)
    {
        while (true)
        {
            foreach (var (_, _, reading) in _members.Where(each => each.Reading.IsFaulted))
            {
                await reading;
            }

            if (condition())
            {
                return;
            }

            await Task.Delay(5, cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < _members.Count; i++)
        {
            if (!_members[i].Reading.IsCompleted)
            {
                await StopAsync(i);
            }
        }
    }

    private ValueTask Note(int member, string what, IReadOnlyCollection<TopicPartition> partitions)
    {
        var list = string.Join(
            ' ', partitions.Select(each => each.Partition).Order());
        Rebalances.Enqueue($"{member} {what} {list}");
        return ValueTask.CompletedTask;
    }

    private async Task ReadAsync(Consumer<Ignore, int> consumer, CancellationToken cancel)
    {
        await foreach (var record in consumer.ReadAllAsync(cancel))
        {
            Seen.Enqueue(record.Value);
        }
    }
}
