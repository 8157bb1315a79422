using ActorBroker.Client;
using ActorBroker.Records;
using ActorBroker.TestSupport;

namespace ActorBroker.Server.Tests;

/// <summary>A full disk stops the partitions on it, and nothing else; room brings them back.</summary>
public sealed class FullDiskTests
{
    private const string Topic = "numbers";
    private const int RecordBytes = 100_000;

    [Fact]
    public async Task A_full_disk_refuses_its_partition_while_others_go_on_and_it_recovers_with_room()
    {
        var (volume, reason) = TemporaryVolume.TryMount(megabytes: 24);
        Assert.SkipWhen(volume is null, $"No small volume can be mounted here: {reason}");
        using var small = volume;
        using var roomy = new TemporaryFolder();
        var ballast = Path.Combine(small.Path, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[12 << 20], Cancel);
        await using var server = await ServerProcess.StartAsync(
            new ServerOptions { DataFolder = $"{roomy["data"]},{small.Path}/data" }, Cancel);
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = server.BootstrapServers });
        await client.Admin.CreateTopicAsync(new NewTopic { Name = Topic, Partitions = 2 }, Cancel);
        var onSmall = Directory.Exists(Path.Combine(small.Path, "data", $"{Topic}-0")) ? 0 : 1;

        var acknowledged = await FillAsync(client, onSmall);

        Assert.NotEqual(0, acknowledged);
        await SendAsync(client, 1 - onSmall, number: 0);
        Assert.Equal([0L], await NumberedRecords.ReadAllAsync(client, Topic, 1 - onSmall, Cancel));
        Assert.Equal(Numbers(acknowledged), await NumberedRecords.ReadAllAsync(client, Topic, onSmall, Cancel));

        File.Delete(ballast);
        await SendAsync(client, onSmall, acknowledged);
        Assert.Equal(Numbers(acknowledged + 1), await NumberedRecords.ReadAllAsync(client, Topic, onSmall, Cancel));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IEnumerable<long> Numbers(long count)
        => Enumerable.Range(0, (int)count).Select(number => (long)number);

    // A producer that tries only once passes on what the broker answers.
    private static async Task<long> FillAsync(KafkaClient client, int partition)
    {
        await using var producer = client.CreateProducer(
            new ProducerOptions { DeliveryTimeout = TimeSpan.FromTicks(1) });
        for (var number = 0L; ; number++)
        {
            try
            {
                var pending = await producer.SendAsync(
                    Topic, NumberedRecords.Make(partition, number, RecordBytes), Cancel);
                await pending.DeliveredAsync(Cancel);
            }
            catch (KafkaException fault)
            {
                var answer = Assert.IsType<BrokerErrorException>(fault.InnerException ?? fault);
                Assert.Equal(ErrorCode.KafkaStorageError, answer.Code);
                return number;
            }
        }
    }

    private static async Task SendAsync(KafkaClient client, int partition, long number)
    {
        await using var producer = client.CreateProducer();
        var pending = await producer.SendAsync(Topic, NumberedRecords.Make(partition, number, RecordBytes), Cancel);
        await pending.DeliveredAsync(Cancel);
    }
}
