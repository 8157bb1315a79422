using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ActorBroker.Records;

/// <summary>
/// CRC-32C by the processor's own instruction. The instruction has a latency of three cycles and a throughput of one,
/// so large inputs run as three independent streams that are joined at the end of each block.
/// </summary>
/// <remarks>
/// Joining: a checksum is linear over GF(2), so "the state after N more zero bytes" is a matrix, kept as four tables of
/// 256 for the two block lengths. state(A then B) = shift(state(A)) xor state(B started at zero).
/// </remarks>
internal static class Crc32CHardware
{
    private const int LongBlock = 4096;
    private const int ShortBlock = 512;

    private static readonly uint[] LongShift = MakeShift(LongBlock);
    private static readonly uint[] ShortShift = MakeShift(ShortBlock);

    /// <summary>True on x64 with SSE 4.2 and on ARM64 with the CRC extension.</summary>
    public static bool IsSupported => BitConverter.IsLittleEndian && (Sse42.X64.IsSupported || Crc32.Arm64.IsSupported);

    /// <summary>Advances a (not inverted) state over the bytes.</summary>
    public static uint Update(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 3 * LongBlock)
        {
            state = ThreeStreams(state, bytes, LongBlock, LongShift);
            bytes = bytes[(3 * LongBlock)..];
        }

        while (bytes.Length >= 3 * ShortBlock)
        {
            state = ThreeStreams(state, bytes, ShortBlock, ShortShift);
            bytes = bytes[(3 * ShortBlock)..];
        }

        return OneStream(state, bytes);
    }

    private static uint ThreeStreams(uint state, ReadOnlySpan<byte> bytes, int block, uint[] shift)
    {
        var first = MemoryMarshal.Cast<byte, ulong>(bytes[..block]);
        var second = MemoryMarshal.Cast<byte, ulong>(bytes.Slice(block, block));
        var third = MemoryMarshal.Cast<byte, ulong>(bytes.Slice(2 * block, block));
        ulong a = state, b = 0, c = 0;
        for (var i = 0; i < first.Length && i < second.Length && i < third.Length; i++)
        {
            a = Step(a, first[i]);
            b = Step(b, second[i]);
            c = Step(c, third[i]);
        }

        var joined = Shift(shift, (uint)a) ^ (uint)b;
        return Shift(shift, joined) ^ (uint)c;
    }

    private static uint OneStream(uint state, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        ulong wide = state;
        foreach (var word in words)
        {
            wide = Step(wide, word);
        }

        state = (uint)wide;
        foreach (var value in bytes[(words.Length * sizeof(ulong))..])
        {
            state = Sse42.IsSupported ? Sse42.Crc32(state, value) : Crc32.ComputeCrc32C(state, value);
        }

        return state;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Step(ulong state, ulong word) => Sse42.X64.IsSupported
        ? Sse42.X64.Crc32(state, word)
        : Crc32.Arm64.ComputeCrc32C((uint)state, word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Shift(uint[] shift, uint state) =>
        shift[(int)(state & 0xFF)]
        ^ shift[256 + (int)((state >> 8) & 0xFF)]
        ^ shift[512 + (int)((state >> 16) & 0xFF)]
        ^ shift[768 + (int)(state >> 24)];

    private static uint[] MakeShift(int zeroBytes)
    {
        var shift = new uint[4 * 256];
        if (!IsSupported)
        {
            return shift;
        }

        for (var bit = 0; bit < 32; bit++)
        {
            ulong state = 1u << bit;
            for (var i = 0; i < zeroBytes / sizeof(ulong); i++)
            {
                state = Step(state, 0);
            }

            // The other entries of this byte's table are sums of its eight single bits.
            var table = shift.AsSpan(bit / 8 * 256, 256);
            for (var value = 0; value < 256; value++)
            {
                table[value] ^= (value >> (bit % 8) & 1) != 0 ? (uint)state : 0;
            }
        }

        return shift;
    }
}
