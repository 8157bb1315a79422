using System.Buffers.Binary;
using System.Text;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Core.Tests.Groups.Records;

public sealed class GroupRecordCodecTests
{
    /// <summary>Worked by hand from the field tables.</summary>
    [Fact]
    public void A_committed_offset_is_stored_as_kafka_stores_it()
    {
        var key = new OffsetCommitKey { Group = "g1", Topic = "t", Partition = 5 };
        var value = new OffsetCommitValue
        {
            Offset = 258,
            LeaderEpoch = 7,
            Metadata = "hi",
            CommitTimestamp = 1,
            ExpireTimestamp = -1,
        };

        Assert.Equal("0001" + "00026731" + "000174" + "00000005", Hex(GroupRecordCodec.WriteKey, key));
        Assert.Equal(
            "0003" + "0000000000000102" + "00000007" + "00026869" + "0000000000000001",
            Hex(GroupRecordCodec.WriteValue, value));
    }

    [Fact]
    public void An_offset_that_says_when_it_expires_is_stored_in_the_version_that_can_say_it()
    {
        var value = new OffsetCommitValue
        {
            Offset = 1,
            LeaderEpoch = 7,
            Metadata = "",
            CommitTimestamp = 2,
            ExpireTimestamp = 3,
        };

        Assert.Equal(
            "0001" + "0000000000000001" + "0000" + "0000000000000002" + "0000000000000003",
            Hex(GroupRecordCodec.WriteValue, value));
    }

    [Fact]
    public void A_classic_group_is_stored_as_kafka_stores_it()
    {
        var value = new GroupMetadataValue
        {
            ProtocolType = "consumer",
            Generation = 2,
            Protocol = "range",
            Leader = "m",
            CurrentStateTimestamp = 9,
            Members =
            [
                new()
                {
                    MemberId = "m",
                    GroupInstanceId = null,
                    ClientId = "c",
                    ClientHost = "/h",
                    RebalanceTimeout = 3,
                    SessionTimeout = 4,
                    Subscription = new byte[] { 1, 2 },
                    Assignment = new byte[] { 3 },
                },
            ],
        };

        Assert.Equal("0002" + "000167", Hex(GroupRecordCodec.WriteKey, new GroupMetadataKey { Group = "g" }));
        Assert.Equal(
            "0003" + "0008636f6e73756d6572" + "00000002" + "000572616e6765" + "00016d" + "0000000000000009"
            + "00000001" + "00016d" + "ffff" + "000163" + "00022f68" + "00000003" + "00000004"
            + "000000020102" + "0000000103",
            Hex(GroupRecordCodec.WriteValue, value));
    }

    [Fact]
    public void A_member_that_speaks_the_classic_protocol_in_a_consumer_group_says_so_in_a_tagged_field()
    {
        var value = new ConsumerGroupMemberMetadataValue
        {
            InstanceId = null,
            RackId = null,
            ClientId = "c",
            ClientHost = "h",
            SubscribedTopicNames = ["t"],
            SubscribedTopicRegex = null,
            RebalanceTimeoutMs = 1,
            ServerAssignor = null,
            ClassicMemberMetadata = new()
            {
                SessionTimeoutMs = 2,
                SupportedProtocols = [new() { Name = "range", Metadata = new byte[] { 7 } }],
            },
        };

        Assert.Equal(
            "0000" + "00" + "00" + "0263" + "0268" + "020274" + "00" + "00000001" + "00"
            + "01" + "00" + "10" + "01" + "00000002" + "02" + "0672616e6765" + "0207" + "00" + "00",
            Hex(GroupRecordCodec.WriteValue, value));
        Assert.Equal(
            GroupRecordResult.Ok,
            Read("0005000167" + "00016d", Hex(GroupRecordCodec.WriteValue, value), out var record));
        var read = Assert.IsType<ConsumerGroupMemberMetadataValue>(record.Value);
        Assert.Equal(2, read.ClassicMemberMetadata!.SessionTimeoutMs);
        Assert.Equal("range", Assert.Single(read.ClassicMemberMetadata.SupportedProtocols).Name);
    }

    [Theory]
    [InlineData(0, "0000" + "0000000000000102" + "00026869" + "0000000000000001")]
    [InlineData(1, "0001" + "0000000000000102" + "00026869" + "0000000000000001" + "0000000000000005")]
    [InlineData(1, "0002" + "0000000000000102" + "00026869" + "0000000000000001")]
    [InlineData(1, "0003" + "0000000000000102" + "00000007" + "00026869" + "0000000000000001")]
    [InlineData(1, "0004" + "0000000000000102" + "00000007" + "036869" + "0000000000000001" + "00")]
    public void Every_version_of_a_committed_offset_is_read(int keyVersion, string value)
    {
        var result = Read($"000{keyVersion}" + "00026731" + "000174" + "00000005", value, out var record);

        Assert.Equal(GroupRecordResult.Ok, result);
        Assert.Equal("g1", record.GroupId);
        var key = Assert.IsType<OffsetCommitKey>(record.Key);
        Assert.Equal(("t", 5), (key.Topic, key.Partition));
        var offset = Assert.IsType<OffsetCommitValue>(record.Value);
        Assert.Equal((258, "hi", 1), (offset.Offset, offset.Metadata, offset.CommitTimestamp));
    }

    [Fact]
    public void Every_kind_of_key_comes_back_as_what_it_was()
    {
        IApiMessage[] keys =
        [
            new OffsetCommitKey { Group = "g", Topic = "t", Partition = 1 },
            new GroupMetadataKey { Group = "g" },
            new ConsumerGroupMetadataKey { GroupId = "g" },
            new ConsumerGroupPartitionMetadataKey { GroupId = "g" },
            new ConsumerGroupMemberMetadataKey { GroupId = "g", MemberId = "m" },
            new ConsumerGroupTargetAssignmentMetadataKey { GroupId = "g" },
            new ConsumerGroupTargetAssignmentMemberKey { GroupId = "g", MemberId = "m" },
            new ConsumerGroupCurrentMemberAssignmentKey { GroupId = "g", MemberId = "m" },
            new ConsumerGroupRegularExpressionKey { GroupId = "g", RegularExpression = "a.*" },
        ];
        foreach (var key in keys)
        {
            Assert.Equal(
                GroupRecordResult.Ok, Read(Hex(GroupRecordCodec.WriteKey, key), null, out var record));
            Assert.IsType(key.GetType(), record.Key);
            Assert.Equal(("g", null), (record.GroupId, record.Value));
        }
    }

    [Theory]
    [InlineData("0009000167", GroupRecordResult.UnknownType)]
    [InlineData("00ff000167", GroupRecordResult.UnknownType)]
    [InlineData("ffff000167", GroupRecordResult.UnknownType)]
    [InlineData("", GroupRecordResult.Malformed)]
    [InlineData("00", GroupRecordResult.Malformed)]
    [InlineData("0002", GroupRecordResult.Malformed)]
    [InlineData("00020001", GroupRecordResult.Malformed)]
    [InlineData("00020001670", GroupRecordResult.Malformed)]
    [InlineData("0002ffff", GroupRecordResult.Malformed)]
    public void A_key_that_is_not_understood_is_told_by_value(string key, GroupRecordResult expected)
    {
        Assert.Equal(expected, Read(key.Length % 2 == 0 ? key : key + "0", null, out _));
    }

    [Fact]
    public void A_value_of_something_newer_is_told_from_a_malformed_one()
    {
        const string Key = "0002000167";
        Assert.Equal(GroupRecordResult.UnknownVersion, Read(Key, "0005", out _));
        Assert.Equal(GroupRecordResult.Malformed, Read(Key, "", out _));
        Assert.Equal(GroupRecordResult.Malformed, Read(Key, "ffff", out _));
        Assert.Equal(GroupRecordResult.Malformed, Read(Key, "0003" + "0000" + "00000001" + "ffff" + "ffff", out _));
        Assert.Equal(
            GroupRecordResult.Malformed,
            Read(Key, "0003" + "0000" + "00000001" + "ffff" + "ffff" + "0000000000000000" + "7fffffff", out _));
    }

    [Fact]
    public void No_cut_and_no_flipped_bit_of_a_record_throws()
    {
        var random = new Random(20261121);
        var key = Convert.FromHexString("0005000167" + "00016d");
        var value = Convert.FromHexString(
            "0000" + "00" + "00" + "0263" + "0268" + "020274" + "00" + "00000001" + "00"
            + "01" + "00" + "10" + "01" + "00000002" + "02" + "0672616e6765" + "0207" + "00" + "00");
        for (var length = 0; length < value.Length; length++)
        {
            Assert.NotEqual(
                GroupRecordResult.Ok, GroupRecordCodec.TryRead(key, value.AsMemory(0, length), out _));
        }

        for (var round = 0; round < 2000; round++)
        {
            var broken = value.ToArray();
            broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            var brokenKey = key.ToArray();
            brokenKey[random.Next(key.Length)] ^= (byte)(1 << random.Next(8));
            GroupRecordCodec.TryRead(key, broken, out _);
            GroupRecordCodec.TryRead(brokenKey, value, out _);
        }
    }

    [Fact]
    public void What_keeps_slices_of_its_bytes_says_so()
    {
        for (short type = 0; type < 20; type++)
        {
            var key = new byte[4];
            BinaryPrimitives.WriteInt16BigEndian(key, type);
            Assert.Equal(type is 2 or 5, GroupRecordCodec.KeepsBytes(key));
        }

        Assert.False(GroupRecordCodec.KeepsBytes(Encoding.ASCII.GetBytes("x")));
    }

    private static string Hex(Action<KafkaWriter, IApiMessage> write, IApiMessage message)
    {
        using var writer = new KafkaWriter();
        write(writer, message);
        return Convert.ToHexStringLower(writer.WrittenSpan);
    }

    private static GroupRecordResult Read(string key, string? value, out GroupRecord record) =>
        GroupRecordCodec.TryRead(
            Convert.FromHexString(key),
            value is null ? default(ReadOnlyMemory<byte>?) : Convert.FromHexString(value),
            out record);
}
