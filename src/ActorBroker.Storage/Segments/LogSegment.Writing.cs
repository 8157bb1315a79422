using ActorBroker.Core;
using ActorBroker.Records;

namespace ActorBroker.Storage.Segments;

// The writer's side: appends with sparse index entries, the way back after a failed append, and what recovery rebuilds.
internal sealed partial class LogSegment
{
    /// <summary>Log bytes between two index entries.</summary>
    public int IndexIntervalBytes { get; set; } = 4096;

    /// <summary>
    /// One gathered write. After an exception any prefix of the bytes may be in the file, none of it published;
    /// <see cref="ReturnTo"/> cuts it off.
    /// </summary>
    public void Append(IReadOnlyList<ReadOnlyMemory<byte>> batches)
    {
        var tail = _tail;
        Log().Write(batches, tail.Size);
        var position = tail.Size;
        var next = tail.NextOffset;
        for (var i = 0; i < batches.Count; i++)
        {
            Invariant.Holds(RecordBatchHeader.TryRead(batches[i].Span, out var header));
            Index(header, position);
            position += batches[i].Length;
            next = header.NextOffset;
        }

        _tail = new SegmentTail(position, next);
    }

    /// <summary>The state to return to if the append that follows fails.</summary>
    public SegmentMark Mark() =>
        new(_tail, _time, OffsetIndex.Count, TimeIndex.Count, _bytesSinceEntry, _firstTimestampMs);

    /// <summary>Cuts the files back to the mark.</summary>
    public void ReturnTo(SegmentMark mark)
    {
        _tail = mark.Tail;
        _time = mark.Time;
        _bytesSinceEntry = mark.BytesSinceEntry;
        _firstTimestampMs = mark.FirstTimestampMs;
        _hints = null;
        Log().SetLength(mark.Tail.Size);
        OffsetIndex.Truncate(mark.OffsetEntries);
        TimeIndex.Truncate(mark.TimeEntries);
    }

    /// <summary>Drops the batches from the position on.</summary>
    public void CutAt(long position, long nextOffset)
    {
        _hints = null;
        _tail = new SegmentTail(position, nextOffset);
        Log().SetLength(position);
        OffsetIndex.TruncateToPosition(position);
        TimeIndex.TruncateToOffset(nextOffset);
        if (position == 0)
        {
            _firstTimestampMs = null;
        }

        var (timestampMs, offset) = TimeIndex.Last;
        _time = offset < 0 ? SegmentTime.None : new SegmentTime(timestampMs, offset);
        ScanTail();
    }

    /// <summary>
    /// Forgets the indexes and takes the batches anew: recovery, batch by batch, in order, then
    /// <see cref="FinishRebuild"/>.
    /// </summary>
    public void BeginRebuild()
    {
        if (Size > 0)
        {
            OffsetIndex.Reset();
            TimeIndex.Reset();
        }
        else
        {
            // Nothing to take: an empty segment gets its index files with its first batches.
            OffsetIndex.ResetIfAny();
            TimeIndex.ResetIfAny();
        }

        _time = SegmentTime.None;
        _bytesSinceEntry = 0;
        _firstTimestampMs = null;
    }

    /// <summary>Takes a batch that lies in the file.</summary>
    public void Rebuild(in RecordBatchHeader header, long position) => Index(header, position);

    /// <summary>Cuts off what was not taken.</summary>
    public void FinishRebuild(long size, long nextOffset)
    {
        if (Size != size)
        {
            Log().SetLength(size);
        }

        _hints = null;
        _tail = new SegmentTail(size, nextOffset);
    }

    /// <summary>
    /// Trusts files that a clean stop left: next offset and largest time come from the indexes' ends.
    /// </summary>
    /// <returns>False when the bytes after the last index entry are not whole batches.</returns>
    public bool LoadTail()
    {
        var (timestampMs, offset) = TimeIndex.Last;
        _time = offset < 0 ? SegmentTime.None : new SegmentTime(timestampMs, offset);
        return ScanTail();
    }

    /// <summary>Trusts files that lie below another segment.</summary>
    public void LoadSealed(long nextBaseOffset)
    {
        var (timestampMs, offset) = TimeIndex.Last;
        _time = offset < 0 ? SegmentTime.None : new SegmentTime(timestampMs, offset);
        _tail = new SegmentTail(_tail.Size, nextBaseOffset);
        OffsetIndex.Close();
        TimeIndex.Close();
    }

    private bool ScanTail()
    {
        var size = _tail.Size;
        var next = _tail.NextOffset;
        using var reader = new BatchReader(this, Math.Max(0, OffsetIndex.Last.Position), size, BatchReader.LookupChunk);
        var from = reader.Position;
        while (reader.MoveNext())
        {
            next = Math.Max(next, reader.Header.NextOffset);
            Note(reader.Header);
        }

        _bytesSinceEntry = reader.Position - from;
        _tail = new SegmentTail(size, next);
        return reader.Fault is null;
    }

    private void Index(in RecordBatchHeader header, long position)
    {
        if (position == 0)
        {
            _firstTimestampMs = header.MaxTimestamp;
        }

        Note(header);
        if (_bytesSinceEntry > IndexIntervalBytes)
        {
            OffsetIndex.Append(header.LastOffset, position);
            TimeIndex.AppendIfLater(_time.TimestampMs, _time.Offset);
            _bytesSinceEntry = 0;
        }

        _bytesSinceEntry += header.SizeInBytes;
    }

    private void Note(in RecordBatchHeader header)
    {
        if (header.MaxTimestamp > _time.TimestampMs)
        {
            _time = new SegmentTime(header.MaxTimestamp, header.LastOffset);
        }
    }
}
