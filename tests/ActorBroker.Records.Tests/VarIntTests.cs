namespace ActorBroker.Records.Tests;

public sealed class VarIntTests
{
    [Theory]
    [InlineData(0, "00")]
    [InlineData(-1, "01")]
    [InlineData(1, "02")]
    [InlineData(63, "7E")]
    [InlineData(-64, "7F")]
    [InlineData(64, "8001")]
    [InlineData(-65, "8101")]
    [InlineData(int.MaxValue, "FEFFFFFF0F")]
    [InlineData(int.MinValue, "FFFFFFFF0F")]
    public void Zigzag_32_reads_and_writes_known_bytes(int value, string hex)
    {
        var room = new byte[VarInt.MaxSize32];
        var size = VarInt.WriteInt32(room, value);
        Assert.Equal(hex, Convert.ToHexString(room.AsSpan(0, size)));
        Assert.Equal(size, VarInt.SizeOfInt32(value));
        Assert.True(VarInt.TryReadInt32(room, out var read, out var readSize));
        Assert.Equal((value, size), (read, readSize));
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(-1L)]
    [InlineData(1L << 34)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Zigzag_64_round_trips(long value)
    {
        var room = new byte[VarInt.MaxSize64];
        var size = VarInt.WriteInt64(room, value);
        Assert.Equal(size, VarInt.SizeOfInt64(value));
        Assert.True(VarInt.TryReadInt64(room, out var read, out var readSize));
        Assert.Equal((value, size), (read, readSize));
    }

    [Fact]
    public void Every_power_of_two_and_its_neighbours_round_trip()
    {
        var room = new byte[VarInt.MaxSize64];
        for (var bit = 0; bit < 64; bit++)
        {
            foreach (var value in new[] { (1UL << bit) - 1, 1UL << bit, (1UL << bit) + 1 })
            {
                var size = VarInt.WriteUInt64(room, value);
                Assert.Equal(size, VarInt.SizeOfUInt64(value));
                Assert.True(VarInt.TryReadUInt64(room, out var read, out var readSize));
                Assert.Equal((value, size), (read, readSize));
                Assert.False(VarInt.TryReadUInt64(room.AsSpan(0, size - 1), out _, out _));
                var fits = VarInt.TryReadUInt32(room.AsSpan(0, size), out var small, out _);
                Assert.Equal(value <= uint.MaxValue, fits);
                Assert.Equal(fits ? (uint)value : 0, small);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("FFFFFFFF")]
    [InlineData("FFFFFFFF1F")]
    [InlineData("808080808000")]
    [InlineData("FFFFFFFFFFFFFFFFFF")]
    public void Cut_off_over_long_and_overflowing_numbers_are_refused(string hex)
    {
        Assert.False(VarInt.TryReadInt32(Convert.FromHexString(hex), out _, out var size));
        Assert.Equal(0, size);
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFFF02")]
    [InlineData("8080808080808080808000")]
    public void Over_long_64_bit_numbers_are_refused(string hex) =>
        Assert.False(VarInt.TryReadInt64(Convert.FromHexString(hex), out _, out _));
}
