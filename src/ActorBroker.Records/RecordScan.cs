using System.Runtime.CompilerServices;

namespace ActorBroker.Records;

/// <summary>
/// The short look at a block of uncompressed records that a broker takes at every produced batch: is each record well
/// formed and at its place, and what are the extremes of their times. It says yes or no; <see cref="RecordReader"/>,
/// which holds to the same rules, says what is wrong with which record.
/// </summary>
public static class RecordScan
{
    /// <summary>
    /// True where the block holds exactly <paramref name="count"/> sound records with the offset deltas 0, 1, 2...
    /// </summary>
    /// <param name="block">The records' bytes, uncompressed.</param>
    /// <param name="count">How many the batch header announces.</param>
    /// <param name="summary">What the records have in common; meaningful when the answer is true.</param>
    public static bool TrySummarize(ReadOnlySpan<byte> block, int count, out RecordSummary summary)
    {
        summary = default;
        if (count < 0 || (long)count * RecordReader.MinRecordSize > block.Length)
        {
            return false;
        }

        var min = long.MaxValue;
        var max = long.MinValue;
        var nullKeys = false;
        for (var index = 0; index < count; index++)
        {
            if (!TryTakeInt32(ref block, out var length) || (uint)length > (uint)block.Length || length < 1)
            {
                return false;
            }

            // One attributes byte, of no meaning yet, comes before the deltas.
            var record = block[1..length];
            block = block[length..];
            if (!TryTakeInt64(ref record, out var timestampDelta)
                || !TryTakeInt32(ref record, out var offsetDelta)
                || offsetDelta != index
                || !TryTakeInt32(ref record, out var keyLength)
                || !TrySkip(ref record, keyLength)
                || !TryTakeInt32(ref record, out var valueLength)
                || !TrySkip(ref record, valueLength)
                || !HasSoundHeaders(record))
            {
                return false;
            }

            min = Math.Min(min, timestampDelta);
            max = Math.Max(max, timestampDelta);
            nullKeys |= keyLength < 0;
        }

        summary = new RecordSummary(min, max, nullKeys);
        return block.IsEmpty;
    }

    private static bool HasSoundHeaders(ReadOnlySpan<byte> rest) =>
        rest.Length == 1 && rest[0] == 0
        || (TryTakeInt32(ref rest, out var count) && RecordHeaderReader.IsSound(rest, count));

    /// <summary>Skips a run of bytes of that length, where -1 means null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TrySkip(ref ReadOnlySpan<byte> rest, int length)
    {
        if ((uint)length <= (uint)rest.Length)
        {
            rest = rest[length..];
            return true;
        }

        return length == -1;
    }

    /// <summary>One and two byte codings, nearly all there are, without a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryTakeInt32(ref ReadOnlySpan<byte> rest, out int value)
    {
        if (rest.Length >= 2)
        {
            uint low = rest[0];
            if (low < 0x80)
            {
                value = (int)(low >> 1) ^ -(int)(low & 1);
                rest = rest[1..];
                return true;
            }

            uint high = rest[1];
            if (high < 0x80)
            {
                low = (low & 0x7F) | (high << 7);
                value = (int)(low >> 1) ^ -(int)(low & 1);
                rest = rest[2..];
                return true;
            }
        }

        return TryTakeLongInt32(ref rest, out value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryTakeInt64(ref ReadOnlySpan<byte> rest, out long value)
    {
        if (rest.Length >= 2)
        {
            ulong low = rest[0];
            if (low < 0x80)
            {
                value = (long)(low >> 1) ^ -(long)(low & 1);
                rest = rest[1..];
                return true;
            }

            ulong high = rest[1];
            if (high < 0x80)
            {
                low = (low & 0x7F) | (high << 7);
                value = (long)(low >> 1) ^ -(long)(low & 1);
                rest = rest[2..];
                return true;
            }
        }

        return TryTakeLongInt64(ref rest, out value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryTakeLongInt32(ref ReadOnlySpan<byte> rest, out int value)
    {
        var taken = VarInt.TryReadInt32(rest, out value, out var size);
        rest = rest[size..];
        return taken;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryTakeLongInt64(ref ReadOnlySpan<byte> rest, out long value)
    {
        var taken = VarInt.TryReadInt64(rest, out value, out var size);
        rest = rest[size..];
        return taken;
    }
}

/// <summary>What a broker wants to know of a block of sound records.</summary>
/// <param name="MinTimestampDelta">The smallest timestamp minus the batch's base timestamp.</param>
/// <param name="MaxTimestampDelta">The largest.</param>
/// <param name="HasNullKeys">At least one record has no key.</param>
public readonly record struct RecordSummary(long MinTimestampDelta, long MaxTimestampDelta, bool HasNullKeys);
