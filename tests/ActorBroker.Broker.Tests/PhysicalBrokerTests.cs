using System.Collections.Immutable;
using ActorBroker.Broker.Admin;
using ActorBroker.Broker.Partitions;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Broker.Tests;

/// <summary>The same broker on the machine's own disk and clock.</summary>
public sealed class PhysicalBrokerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorbroker-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_produced_is_there_after_a_restart()
    {
        await using (var node = await StartAsync())
        {
            var partition = await CreateAsync(node);
            for (var number = 0; number < 100; number++)
            {
                Assert.Equal(number, (await ProduceAsync(partition, -1, $"v{number}")).BaseOffset);
            }
        }

        await using var again = await StartAsync();
        Assert.True(again.TryGetPartition("events", 0, out var found));
        Assert.Equal(Enumerable.Range(0, 100).Select(number => $"v{number}"), found.ReadAll());
        Assert.Equal(0, found.LeaderEpoch);
    }

    [Fact]
    public async Task A_second_broker_on_the_same_folder_refuses_to_start()
    {
        await using var node = await StartAsync();

        var refused = await Assert.ThrowsAsync<DirectoryLockedException>(StartAsync);

        Assert.Contains(_folder, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_catalogue_refuses_the_start_and_gives_the_folder_free()
    {
        await using (var node = await StartAsync())
        {
            await CreateAsync(node);
        }

        var file = Path.Combine(_folder, "catalogue", "topics", "events.json");
        var content = await File.ReadAllBytesAsync(file, Cancel);
        await File.WriteAllTextAsync(file, "nonsense", Cancel);
        var refused = await Assert.ThrowsAsync<Catalogue.CatalogueException>(StartAsync);
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(file, content, Cancel);
        await using var again = await StartAsync();
        Assert.Single(again.Cluster.TopicsByName);
    }

    private Task<BrokerNode> StartAsync() => BrokerNode.StartAsync(
        BrokerConfig.Parse([new ConfigInput("log.dirs", _folder, "test")]),
        new BrokerEnvironment(TimeProvider.System, NullLoggerFactory.Instance, new PhysicalFileSystem()),
        Cancel);

    private static async Task<Partition> CreateAsync(BrokerNode node)
    {
        var topic = new NewTopic("events", 1, 1, null, ImmutableDictionary<string, string?>.Empty);
        Assert.Equal(ErrorCode.None, Assert.Single(await node.Topics.CreateAsync([topic], false, Cancel)).Error);
        Assert.True(node.TryGetPartition("events", 0, out var partition));
        return partition;
    }

    private static ValueTask<ProduceResult> ProduceAsync(Partition partition, short acks, string value) =>
        partition.ProduceAsync(Batches.Produce(
            acks, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), RecordBatchOptions.Default, value));
}
