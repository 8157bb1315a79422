namespace ActorBroker.Records;

/// <summary>The look-up tables of the portable CRC-32C, made once from the polynomial.</summary>
internal static class Crc32CTables
{
    private const uint ReflectedPolynomial = 0x82F63B78;

    /// <summary>Eight tables of 256: table k advances one byte that is followed by k further bytes.</summary>
    public static readonly uint[] Slices = Make();

    private static uint[] Make()
    {
        var tables = new uint[8 * 256];
        for (var value = 0; value < 256; value++)
        {
            var state = (uint)value;
            for (var bit = 0; bit < 8; bit++)
            {
                state = (state & 1) != 0 ? (state >> 1) ^ ReflectedPolynomial : state >> 1;
            }

            tables[value] = state;
        }

        for (var index = 256; index < tables.Length; index++)
        {
            var shorter = tables[index - 256];
            tables[index] = (shorter >> 8) ^ tables[(int)(shorter & 0xFF)];
        }

        return tables;
    }
}
