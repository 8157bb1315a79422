using System.Buffers.Binary;
using ActorBroker.Core.Replication;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Replication;

/// <summary>
/// A partition's log as a list of batches without records, each of which has an id in place of its contents. What is
/// not synced may be lost; epochs are kept as a log on disk keeps them.
/// </summary>
internal sealed class MemoryLog : IEpochHistory
{
    private readonly List<(int Epoch, long StartOffset)> _epochs = [];
    private readonly List<Stored> _batches = [];
    private long _synced;

    public readonly record struct Stored(long BaseOffset, long NextOffset, int Epoch, long Id);

    public static MemoryLog Empty => new();

    public IReadOnlyList<Stored> Batches => _batches;

    public long LogStartOffset { get; private set; }

    public long LogEndOffset { get; private set; }

    public int? Latest => _epochs is [.., var last] ? last.Epoch : null;

    public (int Epoch, long EndOffset) EndOffsetFor(int epoch, long logEndOffset)
    {
        if (epoch < 0 || _epochs.Count == 0 || epoch > _epochs[^1].Epoch)
        {
            return (-1, -1);
        }

        var index = _epochs.FindLastIndex(entry => entry.Epoch <= epoch);
        return index < 0
            ? (epoch, _epochs[0].StartOffset)
            : (_epochs[index].Epoch, index + 1 < _epochs.Count ? _epochs[index + 1].StartOffset : logEndOffset);
    }

    public int? EpochAt(long offset)
    {
        var index = _epochs.FindLastIndex(entry => entry.StartOffset <= offset);
        return index < 0 ? null : _epochs[index].Epoch;
    }

    /// <summary>A leadership begins at the log's end.</summary>
    public void Assign(int epoch) => Assign(epoch, LogEndOffset);

    /// <summary>One that follows forgets the leaderships in which nothing was written.</summary>
    public void DropEmptyEpochs() => _epochs.RemoveAll(entry => entry.StartOffset >= LogEndOffset);

    public void Append(in RecordBatchHeader batch)
    {
        Assert.True(batch.BaseOffset >= LogEndOffset && batch.PartitionLeaderEpoch >= (Latest ?? 0));
        Assign(batch.PartitionLeaderEpoch, batch.BaseOffset);
        _batches.Add(new Stored(
            batch.BaseOffset, batch.NextOffset, batch.PartitionLeaderEpoch, batch.BaseTimestamp));
        LogEndOffset = batch.NextOffset;
    }

    /// <summary>Cuts at the beginning of the batch that holds the offset; the new end.</summary>
    public long TruncateTo(long offset)
    {
        if (offset < LogStartOffset)
        {
            StartAnew(offset, EpochAt(offset - 1) ?? -1);
            return offset;
        }

        var index = _batches.FindIndex(batch => batch.NextOffset > offset);
        if (index >= 0)
        {
            LogEndOffset = Math.Min(offset, _batches[index].BaseOffset);
            _batches.RemoveRange(index, _batches.Count - index);
        }

        LogEndOffset = Math.Min(LogEndOffset, offset);
        _synced = Math.Min(_synced, LogEndOffset);
        _epochs.RemoveAll(entry => entry.StartOffset >= LogEndOffset);
        return LogEndOffset;
    }

    public void StartAnew(long offset, int previousEpoch)
    {
        _batches.Clear();
        _epochs.Clear();
        if (previousEpoch >= 0 && offset > 0)
        {
            _epochs.Add((previousEpoch, offset - 1));
        }

        LogStartOffset = LogEndOffset = _synced = offset;
    }

    public void AdvanceStart(long offset)
    {
        if (offset <= LogStartOffset)
        {
            return;
        }

        LogStartOffset = offset;
        _batches.RemoveAll(batch => batch.NextOffset <= offset);
        var first = _epochs.FindLastIndex(entry => entry.StartOffset < offset);
        if (first >= 0)
        {
            _epochs[first] = (_epochs[first].Epoch, offset - 1);
            _epochs.RemoveRange(0, first);
        }
    }

    /// <summary>Compaction drops a batch; never the last one.</summary>
    public void Drop(int index)
    {
        Assert.True(index < _batches.Count - 1);
        _batches.RemoveAt(index);
    }

    public void Sync() => _synced = LogEndOffset;

    /// <summary>The machine it is on loses its memory.</summary>
    public void LoseUnsynced() => TruncateTo(Math.Max(_synced, LogStartOffset));

    /// <summary>Whole batches from the offset on, and where they end.</summary>
    public (byte[] Records, long EndOffset) Read(long from, int maxBytes)
    {
        if (maxBytes == 0)
        {
            return ([], from);
        }

        var batches = _batches.Where(batch => batch.NextOffset > from)
            .Take(Math.Max(1, maxBytes / RecordBatchHeader.Size)).ToList();
        return batches.Count == 0
            ? ([], from)
            : ([.. batches.SelectMany(Encode)], batches[^1].NextOffset);
    }

    private void Assign(int epoch, long startOffset)
    {
        if (Latest >= epoch)
        {
            return;
        }

        _epochs.RemoveAll(entry => entry.StartOffset >= startOffset);
        _epochs.Add((epoch, startOffset));
    }

    private static byte[] Encode(Stored batch)
    {
        var bytes = new byte[RecordBatchHeader.Size];
        BinaryPrimitives.WriteInt64BigEndian(bytes, batch.BaseOffset);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), bytes.Length - RecordBatchHeader.LengthOverhead);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), batch.Epoch);
        bytes[16] = RecordBatchHeader.CurrentMagic;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(23), (int)(batch.NextOffset - batch.BaseOffset - 1));
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(27), batch.Id);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(43), -1);
        return bytes;
    }
}
