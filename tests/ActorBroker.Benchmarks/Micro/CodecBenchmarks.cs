using ActorBroker.Records;
using BenchmarkDotNet.Attributes;

namespace ActorBroker.Benchmarks.Micro;

/// <summary>Each codec on a block of 64 KiB of small documents, at its default level.</summary>
public class CodecBenchmarks
{
    private const int BlockBytes = 65536;
    private readonly PooledBufferWriter _output = new();
    private byte[] _plain = [];
    private byte[] _compressed = [];

    [Params(CompressionCodec.Gzip, CompressionCodec.Snappy, CompressionCodec.Lz4, CompressionCodec.Zstd)]
    public CompressionCodec Codec { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _plain = Samples.Documents(BlockBytes);
        Compress();
        _compressed = _output.WrittenMemory.ToArray();
    }

    [GlobalCleanup]
    public void Release() => _output.Dispose();

    [Benchmark]
    public int Compress()
    {
        _output.Clear();
        Compression.Compress(Codec, level: null, _plain, _output);
        return _output.WrittenCount;
    }

    [Benchmark]
    public DecompressionResult Decompress()
    {
        _output.Clear();
        return Compression.Decompress(Codec, _compressed, _output, BlockBytes);
    }
}
