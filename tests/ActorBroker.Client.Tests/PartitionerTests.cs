using System.Text;
using ActorBroker.Client.Producing;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>Which partition a record goes to.</summary>
public sealed class PartitionerTests
{
    // Kafka's own published values.
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void Keyed_records_go_where_Kafkas_default_partitioner_sends_them(string key, int hash)
    {
        var bytes = Encoding.ASCII.GetBytes(key);

        Assert.Equal(hash, Murmur2.Hash(bytes));
        Assert.Equal((hash & int.MaxValue) % 1000, New(1000).Choose(new RecordData { Key = bytes, HasKey = true }));
    }

    [Fact]
    public void An_empty_key_is_a_key() => Assert.Equal(
        Murmur2.Partition([], 1000), New(1000).Choose(new RecordData { HasKey = true }));

    [Fact]
    public void Keyless_records_stay_on_a_partition_until_its_batch_is_closed()
    {
        var partitioner = New(3);
        var first = partitioner.Choose(default);
        partitioner.MoveOn((first + 1) % 3, _ => 0);
        Assert.Equal(first, partitioner.Choose(default));

        partitioner.MoveOn(first, _ => 0);
        Assert.NotEqual(first, partitioner.Choose(default));
    }

    [Fact]
    public void Keyless_records_come_to_a_busy_partition_less_often()
    {
        var partitioner = New(10);
        var visits = new int[10];
        for (var i = 0; i < 10_000; i++)
        {
            var partition = partitioner.Choose(default);
            visits[partition]++;
            partitioner.MoveOn(partition, each => each == 4 ? 100 : 0);
        }

        Assert.All(visits.Where((_, index) => index != 4), count => Assert.True(count > 2 * visits[4]));
    }

    [Fact]
    public void A_record_may_name_its_partition_and_only_one_that_exists()
    {
        Assert.Equal(2, New(3).Choose(new RecordData { Partition = 2 }));
        Assert.Throws<KafkaException>(() => New(3).Choose(new RecordData { Partition = 3 }));
        Assert.Throws<KafkaException>(() => New(3).Choose(new RecordData { Partition = -1 }));
    }

    [Fact]
    public void A_custom_partitioner_comes_before_the_key_and_may_pass()
    {
        var partitioner = new RecordPartitioner("topic", 8, new ByLength());
        Assert.Equal(5, partitioner.Choose(new RecordData { Key = "12345"u8, HasKey = true }));
        Assert.Equal(
            Murmur2.Partition("123456"u8, 8), partitioner.Choose(new RecordData { Key = "123456"u8, HasKey = true }));
        Assert.Equal(1, partitioner.Choose(new RecordData { Key = "12345"u8, HasKey = true, Partition = 1 }));
    }

    [Fact]
    public void A_grown_topic_is_used_as_a_whole()
    {
        var partitioner = New(1);
        partitioner.SetPartitionCount(1000);
        Assert.Equal(479470107 % 1000, partitioner.Choose(new RecordData { Key = "abc"u8, HasKey = true }));
    }

    private static RecordPartitioner New(int partitions) => new("topic", partitions, null);

    private sealed class ByLength : IPartitioner
    {
        public int Choose(
            string topic, ReadOnlySpan<byte> key, bool hasKey, ReadOnlySpan<byte> value, int partitionCount) =>
            key.Length == 5 ? 5 : -1;
    }
}
