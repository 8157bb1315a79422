using System.Text;
using ActorBroker.Records.Codecs;

namespace ActorBroker.Records.Tests;

public sealed class CompressionTests
{
    private const int Mebibyte = 1 << 20;

    public static TheoryData<CompressionCodec> Codecs =>
        [CompressionCodec.None, .. Compressing.Select(row => row.Data)];

    public static TheoryData<CompressionCodec> Compressing =>
        [CompressionCodec.Gzip, CompressionCodec.Snappy, CompressionCodec.Lz4, CompressionCodec.Zstd];

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Bytes_of_all_kinds_and_sizes_round_trip(CompressionCodec codec)
    {
        foreach (var size in new[] { 0, 1, 14, 15, 16, 100, 32767, 32768, 32769, 65536, 200_000, Mebibyte })
        {
            foreach (var source in new[] { Text(size), Random(size, size + 1), new byte[size] })
            {
                var compressed = Compress(codec, source);
                Assert.Equal(DecompressionResult.Ok, Decompress(codec, compressed, size, out var plain));
                Assert.True(source.AsSpan().SequenceEqual(plain), $"{codec} of {size} bytes");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Compressing))]
    public void Text_gets_smaller(CompressionCodec codec) =>
        Assert.True(Compress(codec, Text(Mebibyte)).Length < Mebibyte / 2);

    [Theory]
    [InlineData(CompressionCodec.Gzip, 1)]
    [InlineData(CompressionCodec.Gzip, 9)]
    [InlineData(CompressionCodec.Gzip, -1)]
    [InlineData(CompressionCodec.Lz4, 1)]
    [InlineData(CompressionCodec.Lz4, 17)]
    [InlineData(CompressionCodec.Zstd, -5)]
    [InlineData(CompressionCodec.Zstd, 22)]
    public void Levels_are_taken(CompressionCodec codec, int level)
    {
        using var writer = new PooledBufferWriter();
        var source = Text(100_000);
        Compression.Compress(codec, level, source, writer);
        Assert.Equal(DecompressionResult.Ok, Decompress(codec, writer.WrittenSpan, source.Length, out var plain));
        Assert.Equal(source, plain);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void One_byte_more_than_allowed_is_refused(CompressionCodec codec)
    {
        foreach (var size in new[] { 1, 1000, 65536, 100_000 })
        {
            var compressed = Compress(codec, new byte[size]);
            Assert.Equal(DecompressionResult.TooLarge, Decompress(codec, compressed, size - 1, out _));
            Assert.Equal(DecompressionResult.TooLarge, Decompress(codec, compressed, 0, out _));
        }
    }

    [Theory]
    [MemberData(nameof(Compressing))]
    public void A_bomb_is_refused_before_it_takes_memory(CompressionCodec codec)
    {
        var bomb = Compress(codec, new byte[64 * Mebibyte]);
        using var writer = new PooledBufferWriter();
        Assert.Equal(DecompressionResult.TooLarge, Compression.Decompress(codec, bomb, writer, Mebibyte));
        Assert.InRange(writer.WrittenCount, 0, Mebibyte + 1);
    }

    [Theory]
    [MemberData(nameof(Compressing))]
    public void Every_truncated_stream_is_corrupt(CompressionCodec codec)
    {
        var compressed = Compress(codec, Text(3000));
        for (var length = 0; length < compressed.Length; length++)
        {
            // The framing of snappy ends anywhere between chunks: its header alone is the stream of nothing.
            if (codec == CompressionCodec.Snappy && length == 16)
            {
                continue;
            }

            Assert.Equal(
                DecompressionResult.Corrupt, Decompress(codec, compressed.AsSpan(0, length), Mebibyte, out _));
        }
    }

    [Theory]
    [MemberData(nameof(Compressing))]
    public void Mutated_streams_never_crash_or_pass_the_limit(CompressionCodec codec)
    {
        var random = new Random((int)codec);
        var original = Compress(codec, Text(20_000));
        for (var round = 0; round < 2000; round++)
        {
            var mutated = (byte[])original.Clone();
            for (var flips = random.Next(1, 5); flips > 0; flips--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            _ = Decompress(codec, mutated, 30_000, out var plain);
            Assert.InRange(plain.Length, 0, 30_001);
        }
    }

    [Theory]
    [MemberData(nameof(Compressing))]
    public void Random_bytes_are_not_taken_for_a_stream(CompressionCodec codec)
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var noise = Random(seed % 100, seed);
            var result = Decompress(codec, noise, 10_000, out _);

            // A short bare snappy block is easily hit by chance; the others have magic bytes.
            Assert.True(result != DecompressionResult.Ok || codec == CompressionCodec.Snappy);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Codec_numbers_without_a_meaning_are_refused(byte codec)
    {
        Assert.Equal(DecompressionResult.UnknownCodec, Decompress((CompressionCodec)codec, [1, 2, 3], 10, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => Compress((CompressionCodec)codec, [1]));
    }

    [Fact]
    public void Several_frames_in_one_stream_are_all_read()
    {
        foreach (var codec in new[] { CompressionCodec.Lz4, CompressionCodec.Zstd })
        {
            byte[] two = [.. Compress(codec, Text(1000)), .. Compress(codec, Text(500))];
            Assert.Equal(DecompressionResult.Ok, Decompress(codec, two, 2000, out var plain));
            Assert.Equal([.. Text(1000), .. Text(500)], plain);
        }
    }

    [Fact]
    public void Lz4_frames_are_what_Java_clients_read()
    {
        var frame = Compress(CompressionCodec.Lz4, Text(200_000));
        Assert.Equal("04224D18", Convert.ToHexString(frame.AsSpan(0, 4)));

        // Version 1, independent blocks, no checksums, no content size; blocks of 64 KiB.
        Assert.Equal(0x60, frame[4]);
        Assert.Equal(0x40, frame[5]);
    }

    [Fact]
    public void A_missing_library_is_named_with_the_way_to_get_it()
    {
        var missing = new NativeCodecLibrary("lz4", "liblz4-1", "libnosuchthing.so.1");
        var fault = Assert.Throws<CompressionLibraryException>(() => missing.Require());
        Assert.Contains("libnosuchthing.so.1", fault.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install liblz4-1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reused_destination_takes_no_new_memory_for_native_codecs()
    {
        var source = Text(50_000);
        foreach (var codec in new[] { CompressionCodec.Snappy, CompressionCodec.Lz4, CompressionCodec.Zstd })
        {
            using var compressed = new PooledBufferWriter();
            using var plain = new PooledBufferWriter();
            RoundTrip(codec, source, compressed, plain);
            var before = GC.GetAllocatedBytesForCurrentThread();
            RoundTrip(codec, source, compressed, plain);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private static void RoundTrip(
        CompressionCodec codec, byte[] source, PooledBufferWriter compressed, PooledBufferWriter plain)
    {
        compressed.Clear();
        plain.Clear();
        Compression.Compress(codec, null, source, compressed);
        Compression.Decompress(codec, compressed.WrittenSpan, plain, source.Length);
    }

    private static byte[] Compress(CompressionCodec codec, ReadOnlySpan<byte> source)
    {
        using var writer = new PooledBufferWriter();
        Compression.Compress(codec, null, source, writer);
        return writer.WrittenSpan.ToArray();
    }

    private static DecompressionResult Decompress(
        CompressionCodec codec, ReadOnlySpan<byte> source, int maxBytes, out byte[] plain)
    {
        using var writer = new PooledBufferWriter();
        var result = Compression.Decompress(codec, source, writer, maxBytes);
        plain = writer.WrittenSpan.ToArray();
        return result;
    }

    private static byte[] Random(int size, int seed)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Text(int size)
    {
        var random = new Random(size);
        var text = new StringBuilder(size + 32);
        while (text.Length < size)
        {
            text.Append("order ").Append(random.Next(1000)).Append(" of ").Append(random.Next(50)).Append('\n');
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, size));
    }
}
