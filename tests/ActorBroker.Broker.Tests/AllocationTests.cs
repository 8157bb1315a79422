using ActorBroker.Broker.Partitions;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Broker.Tests;

/// <summary>Counts the whole process's garbage, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorbroker-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_produce_costs_the_broker_no_more_than_a_few_hundred_bytes_of_garbage()
    {
        await using var node = await BrokerNode.StartAsync(
            BrokerConfig.Parse([new ConfigInput("log.dirs", _folder, "test")]),
            new BrokerEnvironment(TimeProvider.System, NullLoggerFactory.Instance, new PhysicalFileSystem()),
            TestContext.Current.CancellationToken);
        await node.Topics.AutoCreateAsync("events", TestContext.Current.CancellationToken);
        Assert.True(node.TryGetPartition("events", 0, out var partition));
        var nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var batch = Batches.Of(RecordBatchOptions.Default, nowMs, "v");
        var failed = 0;
        await RepeatAsync(500);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        await RepeatAsync(5000);
        var each = (GC.GetTotalAllocatedBytes(precise: true) - before) / 5000;

        Assert.Equal(0, failed);
        Assert.InRange(each, 0, 400);

        async Task RepeatAsync(int times)
        {
            for (var number = 0; number < times; number++)
            {
                var result = await partition.ProduceAsync(new ProduceCommand(batch, 1, 1000)).ConfigureAwait(false);
                failed += result.Error == ErrorCode.None ? 0 : 1;
            }
        }
    }
}
