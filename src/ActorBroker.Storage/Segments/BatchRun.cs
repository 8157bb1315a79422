using System.Collections;

namespace ActorBroker.Storage.Segments;

/// <summary>A stretch of a list, without a copy.</summary>
internal sealed class BatchRun(IReadOnlyList<ReadOnlyMemory<byte>> all, int from, int count)
    : IReadOnlyList<ReadOnlyMemory<byte>>
{
    public int Count => count;

    public ReadOnlyMemory<byte> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
            return all[from + index];
        }
    }

    public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator()
    {
        for (var i = 0; i < count; i++)
        {
            yield return all[from + i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
