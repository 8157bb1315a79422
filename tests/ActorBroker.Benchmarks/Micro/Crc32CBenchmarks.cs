using ActorBroker.Records;
using BenchmarkDotNet.Attributes;

namespace ActorBroker.Benchmarks.Micro;

/// <summary>The checksum of every batch that comes in and of every batch that recovery reads.</summary>
public class Crc32CBenchmarks
{
    private byte[] _bytes = [];

    [Params(64, 1024, 65536, 1048576)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Prepare() => _bytes = Samples.Text(Bytes);

    [Benchmark]
    public uint Compute() => Crc32C.Compute(_bytes);
}
