using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Storage.Tests.Support;

/// <summary>
/// A log with its producers and clock, to append to as a leader does and to stop and reopen in every way.
/// </summary>
public sealed class LogHarness : IDisposable
{
    private readonly RecordBatchBuilder _builder = new();

    public LogHarness(TestDisk disk, LogConfig? config = null, string name = "orders-0")
    {
        Disk = disk;
        Config = config ?? LogConfig.Default;
        Directory = disk.PathOf(name);
        Log = Open();
    }

    public TestDisk Disk { get; }

    public LogConfig Config { get; set; }

    public string Directory { get; }

    public ManualTime Time { get; } = new();

    public ProducerRecorder Producers { get; private set; } = new();

    public PartitionLog Log { get; private set; }

    public int LeaderEpoch { get; set; }

    public CompressionCodec Codec { get; set; }

    public static byte[] Value(long offset, int size)
    {
        var value = new byte[size];
        new Random((int)offset).NextBytes(value);
        return value;
    }

    public ReadOnlyMemory<byte> Batch(
        long baseOffset,
        int records = 1,
        int valueBytes = 100,
        long producerId = -1,
        int sequence = -1,
        long? timeMs = null)
    {
        _builder.Reset();
        for (var i = 0; i < records; i++)
        {
            var timestamp = (timeMs ?? Time.NowMs) + i;
            _builder.Append(timestamp, BitConverter.GetBytes(baseOffset + i), Value(baseOffset + i, valueBytes));
        }

        return _builder.Build(new RecordBatchOptions
        {
            BaseOffset = baseOffset,
            LeaderEpoch = LeaderEpoch,
            ProducerId = producerId,
            ProducerEpoch = (short)(producerId < 0 ? -1 : 0),
            BaseSequence = sequence,
            Codec = Codec,
        }).ToArray();
    }

    /// <summary>Appends one batch a turn.</summary>
    public LogHarness Append(int batches, int records = 1, int valueBytes = 100)
    {
        for (var i = 0; i < batches; i++)
        {
            Log.Append([Batch(Log.LogEndOffset, records, valueBytes)]);
        }

        return this;
    }

    /// <summary>Appends batches in one turn.</summary>
    public void AppendTogether(int batches, int records = 1, int valueBytes = 100)
    {
        var next = Log.LogEndOffset;
        var all = new List<ReadOnlyMemory<byte>>();
        for (var i = 0; i < batches; i++, next += records)
        {
            all.Add(Batch(next, records, valueBytes));
        }

        Log.Append(all);
    }

    /// <summary>Appends a producer's batch, noted in the producers' state first, as the leader's turn does.</summary>
    public void AppendFrom(long producerId, int sequence, int records = 1, int valueBytes = 100)
    {
        var batch = Batch(Log.LogEndOffset, records, valueBytes, producerId, sequence);
        Assert.True(RecordBatchHeader.TryRead(batch.Span, out var header));
        Producers.Append(header);
        Log.Append([batch]);
    }

    /// <summary>All batches from the offset on, each checked: whole, CRC, in order.</summary>
    public List<RecordBatchHeader> ReadAll(long from = 0, int maxBytes = 1 << 20)
    {
        var headers = new List<RecordBatchHeader>();
        var next = from;
        while (next < Log.LogEndOffset)
        {
            using var slice = Log.Read(next, maxBytes, Log.LogEndOffset, atLeastOneBatch: true);
            if (slice.IsEmpty)
            {
                break;
            }

            foreach (var header in Split(slice.ToArray()))
            {
                Assert.True(header.LastOffset >= next);
                headers.Add(header);
                next = header.NextOffset;
            }
        }

        return headers;
    }

    public static List<RecordBatchHeader> Split(ReadOnlySpan<byte> bytes)
    {
        var headers = new List<RecordBatchHeader>();
        while (bytes.Length > 0)
        {
            Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(bytes, out var header));
            headers.Add(header);
            bytes = bytes[header.SizeInBytes..];
        }

        return headers;
    }

    public void CloseAndReopen()
    {
        Log.Close();
        Reopen(clean: true, Log.RecoveryPoint);
    }

    /// <summary>As after kill -9: what was written is there, nothing was completed.</summary>
    public void KillAndReopen(long? recoveryPoint = null)
    {
        var flushed = recoveryPoint ?? Log.RecoveryPoint;
        Log.Dispose();
        Reopen(clean: false, flushed);
    }

    public void Reopen(bool clean, long recoveryPoint, long logStartOffset = 0) =>
        Log = Open(clean, recoveryPoint, logStartOffset);

    public void Dispose()
    {
        Log.Dispose();
        _builder.Dispose();
    }

    private PartitionLog Open(bool clean = false, long recoveryPoint = 0, long logStartOffset = 0)
    {
        Producers = new ProducerRecorder();
        return PartitionLog.Open(new PartitionLogOptions
        {
            Directory = Directory,
            FileSystem = Disk.Files,
            Config = Config,
            Producers = Producers,
            Time = Time,
            CleanShutdown = clean,
            RecoveryPoint = recoveryPoint,
            LogStartOffset = logStartOffset,
        });
    }
}
