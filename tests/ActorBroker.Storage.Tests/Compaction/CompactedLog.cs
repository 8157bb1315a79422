using System.Text;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Producers;
using ActorBroker.Records;

namespace ActorBroker.Storage.Tests.Compaction;

/// <summary>A compacted log in a temporary folder, with a clock of its own.</summary>
internal sealed class CompactedLog : IDisposable
{
    public const long StartMs = 1_700_000_000_000;

    private readonly string _root = Directory.CreateTempSubdirectory("actorbroker-compaction-").FullName;
    private readonly RecordBatchBuilder _builder = new();
    private readonly IFileSystem _files;
    private LogConfig _config;

    public CompactedLog(LogConfig? config = null, IFileSystem? files = null)
    {
        _config = (config ?? LogConfig.Default) with { Compact = true, Delete = false };
        _files = files ?? new PhysicalFileSystem();
        Log = Open();
    }

    public PartitionLog Log { get; private set; }

    public SetTime Time { get; } = new();

    public RecordedProducers Producers { get; private set; } = new();

    public CleaningBuffers Buffers { get; set; } = new(1 << 20);

    /// <summary>What cleanings are given.</summary>
    public CancellationToken Cancel { get; set; } = TestContext.Current.CancellationToken;

    public string Folder => Path.Combine(_root, "topic-0");

    /// <summary>Files of the log's folder with the suffix.</summary>
    public string[] FilesEndingWith(string suffix) =>
        [.. _files.ListFiles(Folder).Where(name => name.EndsWith(suffix, StringComparison.Ordinal)).Order()
            .Select(name => Path.Combine(Folder, name))];

    public static ReadOnlyMemory<byte>? Bytes(string? text) =>
        text is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(text);

    /// <summary>Appends one batch of records; returns its base offset.</summary>
    public long Append(RecordBatchOptions options, params (string? Key, string? Value)[] records)
    {
        _builder.Reset();
        foreach (var (key, value) in records)
        {
            _builder.Append(Time.NowMs, Bytes(key), Bytes(value), [new RecordHeader("h", Bytes(value))]);
        }

        return Append(_builder.Build(options).ToArray());
    }

    public long Append(params (string? Key, string? Value)[] records) => Append(RecordBatchOptions.Default, records);

    /// <summary>Appends a batch as a leader would.</summary>
    public long Append(byte[] batch)
    {
        var offset = Log.LogEndOffset;
        RecordBatch.SetBaseOffset(batch, offset);
        RecordBatch.SetLeaderEpoch(batch, 0);
        Log.Append([batch]);
        return offset;
    }

    public long AppendMarker(ControlRecordType type, long producerId)
    {
        _builder.Reset();
        return Append(new TransactionMarker(type, 1).Build(_builder, producerId, 0, Time.NowMs).ToArray());
    }

    /// <summary>Ends the active segment, flushes, and cleans all below.</summary>
    public CleanResult? RollAndClean()
    {
        Log.Roll();
        return Clean();
    }

    public CleanResult? Clean()
    {
        Log.Flush();
        return Log.Clean(Buffers, long.MaxValue, Cancel);
    }

    /// <summary>Everything stored, batch by batch.</summary>
    public List<RecordBatchHeader> Headers()
    {
        var headers = new List<RecordBatchHeader>();
        Walk((_, header) => headers.Add(header));
        return headers;
    }

    /// <summary>All data records stored, in the order of the log.</summary>
    public List<StoredRecord> Read()
    {
        var all = new List<StoredRecord>();
        using var decompressor = new RecordBatchDecompressor(1 << 24);
        Walk((batch, header) =>
        {
            Assert.Equal(DecompressionResult.Ok, decompressor.Open(batch, header, out var records));
            while (!header.IsControl && records.MoveNext())
            {
                all.Add(new StoredRecord(
                    header.BaseOffset + records.OffsetDelta,
                    header.BaseTimestamp + records.TimestampDelta,
                    records.IsKeyNull ? null : Encoding.UTF8.GetString(records.Key),
                    records.IsValueNull ? null : Encoding.UTF8.GetString(records.Value),
                    records.HeaderCount));
            }

            Assert.False(records.IsMalformed);
        });
        return all;
    }

    public void Walk(Action<byte[], RecordBatchHeader> visit)
    {
        for (var offset = Log.LogStartOffset; offset < Log.LogEndOffset;)
        {
            using var slice = Log.Read(offset, 1 << 20, Log.LogEndOffset, atLeastOneBatch: true);
            if (slice.IsEmpty)
            {
                break;
            }

            var bytes = slice.ToArray();
            for (var at = 0; at < bytes.Length;)
            {
                Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(bytes.AsSpan(at), out var header));
                visit(bytes[at..(at + header.SizeInBytes)], header);
                offset = header.NextOffset;
                at += header.SizeInBytes;
            }
        }
    }

    /// <summary>Goes on with other settings.</summary>
    public void Reconfigure(Func<LogConfig, LogConfig> change)
    {
        _config = change(_config);
        Log.UpdateConfig(_config);
    }

    /// <summary>
    /// Stops, as a crash or cleanly, and opens again with the recovery point that a checkpoint may have.
    /// </summary>
    public void Reopen(bool cleanly = false, long? recoveryPoint = null)
    {
        var dirty = Log.FirstDirtyOffset;
        recoveryPoint ??= Log.RecoveryPoint;
        if (cleanly)
        {
            Log.Close();
        }

        Log.Dispose();
        foreach (var snapshot in FilesEndingWith(".snapshot"))
        {
            // Without them the log must tell the producers' state by itself.
            _files.DeleteFile(snapshot);
        }

        Producers = new RecordedProducers();
        Log = Open(cleanly, recoveryPoint.Value);
        Log.FirstDirtyOffset = dirty;
    }

    public void Dispose()
    {
        Log.Dispose();
        Buffers.Dispose();
        _builder.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private PartitionLog Open(bool cleanShutdown = false, long recoveryPoint = 0) =>
        PartitionLog.Open(new PartitionLogOptions
        {
            Directory = Folder,
            FileSystem = _files,
            Config = _config,
            Producers = Producers,
            Time = Time,
            CleanShutdown = cleanShutdown,
            RecoveryPoint = recoveryPoint,
        });

    internal sealed record StoredRecord(long Offset, long TimestampMs, string? Key, string? Value, int Headers);

    internal sealed class SetTime : TimeProvider
    {
        public long NowMs { get; set; } = StartMs;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);
    }

    /// <summary>The last sequence of each producer, as a log that opens tells it.</summary>
    internal sealed class RecordedProducers : IProducerState
    {
        public Dictionary<long, int> LastSequences { get; } = [];

        public HashSet<long> Open { get; } = [];

        public void Restore(IReadOnlyList<ProducerSnapshotEntry> snapshot)
        {
            LastSequences.Clear();
            Open.Clear();
        }

        public void Replay(in RecordBatchHeader batch)
        {
            LastSequences[batch.ProducerId] = batch.LastSequence;
            if (batch.IsTransactional)
            {
                Open.Add(batch.ProducerId);
            }
        }

        public void ReplayMarker(in RecordBatchHeader batch, int coordinatorEpoch) => Open.Remove(batch.ProducerId);

        public IReadOnlyList<ProducerSnapshotEntry> Snapshot() => [];
    }
}
