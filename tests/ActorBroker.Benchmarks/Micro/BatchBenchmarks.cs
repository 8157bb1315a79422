using ActorBroker.Core.Batches;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using BenchmarkDotNet.Attributes;

namespace ActorBroker.Benchmarks.Micro;

/// <summary>What the broker does to a batch before it is stored, and what a client does around it.</summary>
public class BatchBenchmarks
{
    private const int BatchBytes = 65536;
    private readonly RecordBatchBuilder _builder = new();
    private byte[] _batch = [];
    private byte[] _value = [];
    private RecordBatchHeader _header;

    /// <summary>The size of one record's value.</summary>
    [Params(100, 1024)]
    public int RecordBytes { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _value = Samples.Text(RecordBytes);
        _batch = Samples.Batch(BatchBytes, RecordBytes);
        RecordBatch.TryRead(_batch, out _header);
    }

    [GlobalCleanup]
    public void Release() => _builder.Dispose();

    /// <summary>The header and its claims alone.</summary>
    [Benchmark]
    public BatchReadResult ReadHeader() => RecordBatch.TryRead(_batch, out _, verifyCrc: false);

    /// <summary>All that can be judged without the partition: checksum, counts, times, every record's frame.</summary>
    [Benchmark]
    public bool Validate() =>
        BatchValidator.Validate(_batch, LogConfig.Default, Samples.TimestampMs, 11, out _).IsValid;

    /// <summary>A consumer's walk through the records.</summary>
    [Benchmark]
    public int ReadRecords()
    {
        var bytes = 0;
        var reader = new RecordReader(_batch.AsSpan(RecordBatchHeader.Size), _header.RecordCount);
        while (reader.MoveNext())
        {
            bytes += reader.Value.Length;
        }

        return bytes;
    }

    /// <summary>A producer's making of the same batch.</summary>
    [Benchmark]
    public int Build()
    {
        _builder.Reset();
        for (var i = 0; i < _header.RecordCount; i++)
        {
            _builder.Append(Samples.TimestampMs, key: null, _value);
        }

        return _builder.Build(RecordBatchOptions.Default).Length;
    }
}
