using ActorBroker.Core.Configuration;
using BenchmarkDotNet.Attributes;

namespace ActorBroker.Benchmarks.Micro;

/// <summary>One append to a partition's log beside the bare write that it cannot do without.</summary>
public class LogBenchmarks
{
    /// <summary>Each iteration starts with an empty file, so that no run fills the disk.</summary>
    private const int AppendsAtOnce = 2048;

    private string _folder = "";
    private byte[] _batch = [];
    private TemporaryLog? _log;
    private Microsoft.Win32.SafeHandles.SafeFileHandle? _file;
    private long _position;

    [Params(1024, 65536)]
    public int BatchBytes { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _folder = Directory.CreateTempSubdirectory("actorbroker-benchmarks-").FullName;
        _batch = Samples.Batch(BatchBytes, Math.Min(1024, BatchBytes / 2));
    }

    [GlobalCleanup]
    public void Release() => Directory.Delete(_folder, recursive: true);

    [IterationSetup(Target = nameof(Append))]
    public void OpenLog() => _log = new TemporaryLog(_folder, LogConfig.Default);

    [IterationCleanup(Target = nameof(Append))]
    public void CloseLog() => _log!.Dispose();

    [IterationSetup(Target = nameof(Write))]
    public void OpenFile()
    {
        _position = 0;
        _file = File.OpenHandle(
            Path.Combine(_folder, "raw"), FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
    }

    [IterationCleanup(Target = nameof(Write))]
    public void CloseFile() => _file!.Dispose();

    [Benchmark]
    [InvocationCount(AppendsAtOnce)]
    public void Append() => _log!.Append(_batch);

    [Benchmark(Baseline = true)]
    [InvocationCount(AppendsAtOnce)]
    public void Write()
    {
        RandomAccess.Write(_file!, _batch, _position);
        _position += _batch.Length;
    }
}
