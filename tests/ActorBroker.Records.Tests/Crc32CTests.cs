using System.Text;

namespace ActorBroker.Records.Tests;

public sealed class Crc32CTests
{
    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xE3069283u)]
    [InlineData("Some String", 0x2445290Fu)]
    public void Known_values_match(string text, uint expected)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        Assert.Equal(expected, Crc32C.Compute(bytes));
        Assert.Equal(expected, ~Crc32C.UpdatePortable(~0u, bytes));
    }

    [Fact]
    public void Thirty_two_zero_bytes_and_thirty_two_ff_bytes_match_the_iscsi_values()
    {
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
    }

    [Fact]
    public void Hardware_and_tables_agree_at_every_length_and_alignment()
    {
        var bytes = new byte[40_000];
        new Random(1).NextBytes(bytes);
        for (var length = 0; length < bytes.Length - 8; length += length < 64 ? 1 : 61)
        {
            var part = bytes.AsSpan(length % 8, length);
            Assert.Equal(~Crc32C.UpdatePortable(~0u, part), Crc32C.Compute(part));
        }
    }

    [Theory]
    [InlineData(3 * 512)]
    [InlineData((3 * 512) - 1)]
    [InlineData(3 * 4096)]
    [InlineData((3 * 4096) + 1)]
    [InlineData((6 * 4096) + (3 * 512) + 7)]
    public void Block_boundaries_of_the_three_streams_agree_with_the_tables(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        Assert.Equal(~Crc32C.UpdatePortable(~0u, bytes), Crc32C.Compute(bytes));
    }

    [Fact]
    public void Appending_part_by_part_equals_the_whole()
    {
        var bytes = new byte[20_000];
        new Random(2).NextBytes(bytes);
        for (var cut = 0; cut < bytes.Length; cut += 777)
        {
            var crc = Crc32C.Append(Crc32C.Compute(bytes.AsSpan(0, cut)), bytes.AsSpan(cut));
            Assert.Equal(Crc32C.Compute(bytes), crc);
        }
    }
}
