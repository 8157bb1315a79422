namespace ActorBroker.Storage.Segments;

/// <summary>
/// Remembers where the last reads ended, so that a consumer that reads on finds its place without a search. A hint is
/// only a guess: whoever takes it checks the batch that lies there.
/// </summary>
internal sealed class ReadHints
{
    private const int SizeBits = 3;

    private readonly Hint?[] _slots = new Hint?[1 << SizeBits];

    public void Remember(long offset, long position)
    {
        ref var slot = ref Slot(offset);
        if (slot is not { } known || known.Offset != offset || known.Position != position)
        {
            Volatile.Write(ref slot, new Hint(offset, position));
        }
    }

    public bool TryGet(long offset, out long position)
    {
        var hint = Volatile.Read(ref Slot(offset));
        position = hint?.Position ?? 0;
        return hint is not null && hint.Offset == offset;
    }

    private ref Hint? Slot(long offset) =>
        ref _slots[(int)(((ulong)offset * 0x9E3779B97F4A7C15) >> (64 - SizeBits))];

    private sealed record Hint(long Offset, long Position);
}
