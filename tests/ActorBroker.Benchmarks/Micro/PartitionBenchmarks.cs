using ActorBroker.Broker;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using ActorBroker.Storage;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Benchmarks.Micro;

/// <summary>One produced batch through a partition's actor, and one fetch from its log; no network.</summary>
public class PartitionBenchmarks
{
    private const int ProducesAtOnce = 2048;
    private const int FetchBytes = 1 << 20;
    private string _folder = "";
    private byte[] _batch = [];
    private BrokerNode? _node;
    private Partition? _partition;

    [Params(1024, 16384)]
    public int BatchBytes { get; set; }

    /// <remarks>A benchmark in this process is awaited, but its setup is not.</remarks>
    [GlobalSetup]
    public void Prepare() => PrepareAsync().GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Release()
    {
        _node!.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    [InvocationCount(ProducesAtOnce)]
    public async Task ProduceAsync()
    {
        var result = await _partition!.ProduceAsync(new ProduceCommand(_batch, 1, 30_000)).ConfigureAwait(false);
        if (result.Error != ErrorCode.None)
        {
            throw new InvalidOperationException($"A produce failed: {result.Error} {result.Message}");
        }
    }

    [Benchmark]
    public int Fetch()
    {
        using var result = _partition!.Fetch(
            new FetchQuery(0, FetchBytes, AtLeastOneBatch: true, IsolationLevel.ReadUncommitted));
        return result.Records.Length;
    }

    private async Task PrepareAsync()
    {
        _folder = Directory.CreateTempSubdirectory("actorbroker-benchmarks-").FullName;
        _node = await BrokerNode.StartAsync(
            BrokerConfig.Parse([new ConfigInput("log.dirs", _folder, "benchmarks")]),
            new BrokerEnvironment(TimeProvider.System, NullLoggerFactory.Instance, new PhysicalFileSystem()),
            CancellationToken.None);
        await _node.Topics.AutoCreateAsync("events", CancellationToken.None);
        _node.TryGetPartition("events", 0, out _partition);
        _batch = Samples.Batch(BatchBytes, Math.Min(1024, BatchBytes / 2));
        for (var i = 0; i <= FetchBytes / _batch.Length; i++)
        {
            await ProduceAsync();
        }
    }
}
