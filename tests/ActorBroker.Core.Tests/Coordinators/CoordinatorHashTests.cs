using ActorBroker.Core.Coordinators;

namespace ActorBroker.Core.Tests.Coordinators;

public class CoordinatorHashTests
{
    [Theory]
    [InlineData("my-group", -1906497762, 12)]
    [InlineData("test", 3556498, 48)]
    [InlineData("consumer-group-1", 147483020, 20)]
    [InlineData("txn-1", 110810510, 10)]
    [InlineData("", 0, 0)]
    public void Is_Javas_string_hash_modulo_the_partitions(string key, int hash, int partition)
    {
        Assert.Equal(hash, CoordinatorHash.Of(key));
        Assert.Equal(partition, CoordinatorHash.Partition(key, 50));
    }

    [Fact]
    public void The_hash_without_an_absolute_value_counts_as_zero()
    {
        const string key = "polygenelubricants";
        Assert.Equal(int.MinValue, CoordinatorHash.Of(key));
        Assert.Equal(0, CoordinatorHash.Partition(key, 50));
    }
}
