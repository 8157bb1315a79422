using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ActorBroker.Storage.Compaction;

/// <summary>
/// The latest offset of each key of a dirty section: a table of 24-byte slots, open addressing, keyed by 16 bytes of
/// SHA-256 instead of the key itself, so that memory is bounded and a hostile key can't shadow another one.
/// </summary>
/// <remarks>
/// It starts small and doubles up to the dedupe buffer's size; when it is full the cleaning covers a part of the dirty
/// section only, and the next one goes on. Kept between cleanings. One user at a time.
/// </remarks>
internal sealed class OffsetMap
{
    /// <summary>Two words of hash, and offset + 1, where 0 marks a free slot.</summary>
    private const int SlotWords = 3;

    private const int SmallestSlots = 1 << 10;

    private readonly int _maxSlots;
    private ulong[] _words = new ulong[SmallestSlots * SlotWords];
    private int _slots = SmallestSlots;

    public OffsetMap(long maxBytes)
    {
        var wanted = Math.Clamp(maxBytes / (SlotWords * sizeof(ulong)), SmallestSlots, Array.MaxLength / SlotWords);
        _maxSlots = 1 << (63 - (int)ulong.LeadingZeroCount((ulong)wanted));
    }

    /// <summary>Keys held.</summary>
    public int Count { get; private set; }

    /// <summary>No further key may be added; known keys may still move on.</summary>
    public bool IsFull => _slots == _maxSlots && Count >= Limit(_slots);

    /// <summary>Forgets all keys and keeps the memory.</summary>
    public void Clear()
    {
        Array.Clear(_words);
        Count = 0;
    }

    /// <summary>Takes a key's offset, which is above all earlier ones; false where the table is full.</summary>
    public bool TryPut(ReadOnlySpan<byte> key, long offset)
    {
        var (first, second) = Hash(key);
        var slot = Find(first, second);
        if (_words[slot + 2] == 0)
        {
            if (IsFull)
            {
                return false;
            }

            if (Count >= Limit(_slots))
            {
                Grow();
                slot = Find(first, second);
            }

            _words[slot] = first;
            _words[slot + 1] = second;
            Count++;
        }

        _words[slot + 2] = (ulong)offset + 1;
        return true;
    }

    /// <summary>The latest offset of the key; -1 where it isn't held.</summary>
    public long Get(ReadOnlySpan<byte> key)
    {
        var (first, second) = Hash(key);
        return (long)_words[Find(first, second) + 2] - 1;
    }

    private static int Limit(int slots) => slots / 4 * 3;

    private static (ulong First, ulong Second) Hash(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        return (BinaryPrimitives.ReadUInt64LittleEndian(hash), BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]));
    }

    /// <summary>The first word of the key's slot, or of the free slot where it would go.</summary>
    private int Find(ulong first, ulong second)
    {
        var mask = _slots - 1;
        for (var index = (int)first & mask; ; index = (index + 1) & mask)
        {
            var slot = index * SlotWords;
            if (_words[slot + 2] == 0 || (_words[slot] == first && _words[slot + 1] == second))
            {
                return slot;
            }
        }
    }

    private void Grow()
    {
        var old = _words;
        _slots *= 2;
        _words = new ulong[_slots * SlotWords];
        for (var from = 0; from < old.Length; from += SlotWords)
        {
            if (old[from + 2] != 0)
            {
                old.AsSpan(from, SlotWords).CopyTo(_words.AsSpan(Find(old[from], old[from + 1])));
            }
        }
    }
}
