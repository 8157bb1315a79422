using ActorBroker.Core;
using ActorBroker.Records;
using ActorBroker.Storage.Segments;

namespace ActorBroker.Storage.Compaction;

/// <summary>
/// Collects cleaned batches and writes them, a chunk at a time, to a segment under the <c>.cleaned</c> suffix.
/// </summary>
internal sealed class CleanedSegmentWriter(LogSegment segment, PooledBufferWriter output)
{
    private const int ChunkBytes = 1 << 20;

    private readonly List<Range> _batches = [];
    private readonly List<ReadOnlyMemory<byte>> _gathered = [];

    /// <summary>The offset after the last batch taken; the segment's base offset before the first.</summary>
    public long NextOffset { get; private set; } = segment.BaseOffset;

    /// <summary>Takes a whole batch; its bytes are copied.</summary>
    public void Append(ReadOnlySpan<byte> batch)
    {
        var start = output.WrittenCount;
        output.Write(batch);
        _batches.Add(start..output.WrittenCount);
        Invariant.Holds(RecordBatchHeader.TryRead(batch, out var header) && header.BaseOffset >= NextOffset);
        NextOffset = header.NextOffset;
        if (output.WrittenCount >= ChunkBytes)
        {
            Write();
        }
    }

    /// <summary>Writes what is left.</summary>
    public void Write()
    {
        if (_batches.Count == 0)
        {
            return;
        }

        // Only now, since a growing buffer moves its bytes.
        foreach (var batch in _batches)
        {
            _gathered.Add(output.WrittenMemory[batch]);
        }

        segment.Append(_gathered);
        _gathered.Clear();
        _batches.Clear();
        output.Clear();
    }
}
