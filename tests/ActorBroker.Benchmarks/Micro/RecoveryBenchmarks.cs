using ActorBroker.Core.Configuration;
using BenchmarkDotNet.Attributes;

namespace ActorBroker.Benchmarks.Micro;

/// <summary>Opening a log of 256 MiB that no clean stop vouches for.</summary>
public class RecoveryBenchmarks
{
    private const int Batches = 4096;
    private string _folder = "";
    private TemporaryLog? _log;

    [GlobalSetup]
    public void Prepare()
    {
        _folder = Directory.CreateTempSubdirectory("actorbroker-benchmarks-").FullName;
        _log = new TemporaryLog(_folder, LogConfig.Default);
        var batch = Samples.Batch(65536);
        for (var i = 0; i < Batches; i++)
        {
            _log.Append(batch);
        }
    }

    [GlobalCleanup]
    public void Release()
    {
        _log!.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public void Recover() => _log!.Recover();
}
