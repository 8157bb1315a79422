using System.Text;

namespace ActorBroker.Records.Tests;

public sealed class Murmur2Tests
{
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("abc", 479470107)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    public void Hashes_equal_those_of_the_Java_client(string key, int expected) =>
        Assert.Equal(expected, Murmur2.Hash(Encoding.UTF8.GetBytes(key)));

    [Fact]
    public void A_negative_hash_still_gives_a_partition_in_range() =>
        Assert.Equal((-973932308 & int.MaxValue) % 7, Murmur2.Partition("21"u8, 7));
}
