using System.Buffers.Binary;
using System.Text;
using ActorBroker.Records.Codecs;

namespace ActorBroker.Records.Tests;

public sealed class SnappyTests
{
    [Fact]
    public void An_independent_implementation_reads_our_blocks()
    {
        foreach (var source in Sources())
        {
            var room = new byte[SnappyBlock.MaxCompressedSize(source.Length)];
            var size = SnappyBlock.Compress(source, room, new ushort[SnappyBlock.TableSize]);
            Assert.Equal(source, IronSnappy.Snappy.Decode(room.AsSpan(0, size)));
        }
    }

    [Fact]
    public void We_read_the_bare_blocks_of_an_independent_implementation()
    {
        foreach (var source in Sources())
        {
            using var plain = new PooledBufferWriter();
            var block = IronSnappy.Snappy.Encode(source);
            Assert.Equal(
                DecompressionResult.Ok, Compression.Decompress(CompressionCodec.Snappy, block, plain, source.Length));
            Assert.True(plain.WrittenSpan.SequenceEqual(source));
        }
    }

    [Fact]
    public void The_framing_is_that_of_the_Java_clients()
    {
        using var framed = new PooledBufferWriter();
        Compression.Compress(CompressionCodec.Snappy, null, new byte[40_000], framed);
        Assert.Equal("82534E41505059000000000100000001", Convert.ToHexString(framed.WrittenSpan[..16]));
        var first = BinaryPrimitives.ReadInt32BigEndian(framed.WrittenSpan[16..]);
        Assert.Equal(32768, IronSnappy.Snappy.Decode(framed.WrittenSpan.Slice(20, first)).Length);
        var second = BinaryPrimitives.ReadInt32BigEndian(framed.WrittenSpan[(20 + first)..]);
        Assert.Equal(40_000 - 32768, IronSnappy.Snappy.Decode(framed.WrittenSpan.Slice(24 + first, second)).Length);
        Assert.Equal(24 + first + second, framed.WrittenCount);
    }

    [Fact]
    public void Framed_streams_put_one_after_the_other_are_read()
    {
        using var framed = new PooledBufferWriter();
        using var plain = new PooledBufferWriter();
        Compression.Compress(CompressionCodec.Snappy, null, "one "u8, framed);
        Compression.Compress(CompressionCodec.Snappy, null, "two"u8, framed);
        Assert.Equal(
            DecompressionResult.Ok, Compression.Decompress(CompressionCodec.Snappy, framed.WrittenSpan, plain, 10));
        Assert.Equal("one two", Encoding.ASCII.GetString(plain.WrittenSpan));
    }

    [Theory]
    [InlineData("", "nothing at all")]
    [InlineData("FFFFFFFF0F", "a length that no input of this size can have")]
    [InlineData("0401", "a copy before any output")]
    [InlineData("05000061", "a literal and then nothing")]
    [InlineData("040C61", "a literal longer than the input")]
    [InlineData("02006109FF", "a copy from before the start")]
    [InlineData("040061010000", "a copy of distance zero")]
    [InlineData("0200610C626364", "more output than announced")]
    [InlineData("04FCFFFFFFFF61", "a literal of four gigabytes")]
    public void Malformed_blocks_are_corrupt(string hex, string why)
    {
        using var plain = new PooledBufferWriter();
        var result = Compression.Decompress(CompressionCodec.Snappy, Convert.FromHexString(hex), plain, 1 << 20);
        Assert.True(result == DecompressionResult.Corrupt, why);
    }

    [Theory]
    [InlineData("82534E4150505900000000010000")]
    [InlineData("82534E41505059000000000100000001FFFFFFFF")]
    [InlineData("82534E415050590000000001000000010000")]
    [InlineData("82534E415050590000000001000000010000000961")]
    public void Malformed_framing_is_corrupt(string hex)
    {
        using var plain = new PooledBufferWriter();
        var result = Compression.Decompress(CompressionCodec.Snappy, Convert.FromHexString(hex), plain, 1 << 20);
        Assert.Equal(DecompressionResult.Corrupt, result);
    }

    private static IEnumerable<byte[]> Sources()
    {
        var random = new Random(3);
        for (var round = 0; round < 400; round++)
        {
            // A small alphabet makes short and long, near and far, overlapping matches.
            var source = new byte[random.Next(round < 200 ? 300 : SnappyBlock.MaxInput + 1)];
            var letters = random.Next(1, 30);
            for (var i = 0; i < source.Length; i++)
            {
                source[i] = (byte)random.Next(letters);
            }

            for (var repeats = random.Next(5); repeats > 0 && source.Length > 10; repeats--)
            {
                var half = source.Length / 2;
                source.AsSpan(random.Next(half), random.Next(half)).CopyTo(source.AsSpan(random.Next(2)));
            }

            yield return source;
        }
    }
}
