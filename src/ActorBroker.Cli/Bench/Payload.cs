namespace ActorBroker.Cli.Bench;

/// <summary>Values that look like text and compress like it, each a window a byte further along.</summary>
internal sealed class Payload
{
    private const int Windows = 4096;
    private const ulong Seed = 88172645463325252;

    private static readonly byte[] Alphabet = "abcdefghijklmnopqrstuvwxyz {}:,\"0123456789"u8.ToArray();

    private readonly byte[] _bytes;
    private readonly int _size;

    public Payload(int size)
    {
        _size = size;
        _bytes = new byte[size + Windows];
        var x = Seed;
        for (var i = 0; i < _bytes.Length; i++)
        {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            _bytes[i] = Alphabet[x % (ulong)Alphabet.Length];
        }
    }

    /// <summary>The value of the record with this number.</summary>
    public ReadOnlyMemory<byte> Of(long number) => _bytes.AsMemory((int)(number % Windows), _size);
}
