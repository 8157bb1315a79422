using ActorBroker.Assignors.Wire;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>Groups of a cluster with two coordinators: each is asked for what is its own.</summary>
public sealed class AdminGroupTests : TwoBrokerTests
{
    private readonly Dictionary<string, int> _coordinators = new() { ["one"] = 1, ["two"] = 2 };

    public AdminGroupTests()
    {
        FindBy(First, highest: 6);
        FindBy(Second, highest: 6);
    }

    [Fact]
    public async Task Groups_are_listed_from_every_broker_in_order()
    {
        foreach (var (broker, group) in new[] { (First, "one"), (Second, "two") })
        {
            broker.Answer<DescribeClusterRequest, DescribeClusterResponse>(_ => new DescribeClusterResponse
            {
                ClusterId = "c",
                Brokers = [new() { BrokerId = 2, Host = "h", Port = 1 }, new() { BrokerId = 1, Host = "h", Port = 1 }],
            });
            broker.Answer<ListGroupsRequest, ListGroupsResponse>(_ => new ListGroupsResponse
            {
                Groups =
                [
                    new() { GroupId = group, ProtocolType = "consumer", GroupState = "Stable", GroupType = "Classic" },
                ],
            });
        }

        var listed = await Client.Admin.ListGroupsAsync(Cancel);

        Assert.Equal(
            [
                new ListedGroup("one", "consumer", "Stable", "classic", 1),
                new ListedGroup("two", "consumer", "Stable", "classic", 2),
            ],
            listed);
    }

    [Theory]
    [InlineData((short)6)]
    [InlineData((short)3)]
    [InlineData((short)0)]
    public async Task Groups_of_both_protocols_are_described_alike_by_their_coordinators(short findVersion)
    {
        FindBy(First, findVersion);
        FindBy(Second, findVersion);
        First.Answer<DescribeGroupsRequest, DescribeGroupsResponse>(request =>
        {
            Assert.Equal(["one"], request.Groups);
            return Classic("one");
        });
        Second.Answer<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(request =>
        {
            Assert.Equal(["two"], request.GroupIds);
            return Modern("two");
        });

        var described = await Client.Admin.DescribeGroupsAsync(["one", "two", "one"], Cancel);

        var one = described["one"];
        Assert.Equal(("classic", "Stable", "consumer", "range"), (one.Type, one.State, one.ProtocolType, one.Assignor));
        var member = Assert.Single(one.Members);
        Assert.Equal(("m", "i", "c", "/h"), (member.MemberId, member.InstanceId, member.ClientId, member.Host));
        Assert.Equal([new TopicPartition("t", 0), new TopicPartition("t", 2)], member.Assignment);

        var two = described["two"];
        Assert.Equal(
            ("consumer", "Stable", "consumer", "uniform"), (two.Type, two.State, two.ProtocolType, two.Assignor));
        Assert.Equal(["a", "b"], two.Members.Select(each => each.MemberId));
        Assert.Equal([new TopicPartition("t", 1)], two.Members[0].Assignment);
    }

    [Fact]
    public async Task A_group_that_does_not_exist_is_dead_however_the_broker_says_so()
    {
        First.Answer<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(_ => new()
        {
            Groups = [new() { GroupId = "one", ErrorCode = ErrorCode.GroupIdNotFound, ErrorMessage = "no" }],
        });
        First.Answer<DescribeGroupsRequest, DescribeGroupsResponse>(_ => new()
        {
            Groups = [new() { GroupId = "one", ErrorCode = ErrorCode.GroupIdNotFound }],
        });

        var group = await Client.Admin.DescribeGroupAsync("one", Cancel);

        Assert.False(group.Exists);
        Assert.Empty(group.Members);
    }

    [Fact]
    public async Task A_coordinator_that_moved_or_loads_is_asked_again()
    {
        First.Answer<DeleteGroupsRequest, DeleteGroupsResponse>(_ =>
        {
            _coordinators["one"] = 2;
            return Deleted("one", ErrorCode.NotCoordinator);
        });
        var asked = 0;
        Second.Answer<DeleteGroupsRequest, DeleteGroupsResponse>(_ => Deleted(
            "one", Interlocked.Increment(ref asked) == 1 ? ErrorCode.CoordinatorLoadInProgress : ErrorCode.None));

        await Client.Admin.DeleteGroupAsync("one", Cancel);

        Assert.Equal(
            (1, 2), (First.CountOf(ApiKey.DeleteGroups), Second.CountOf(ApiKey.DeleteGroups)));
    }

    [Fact]
    public async Task A_refusal_that_time_does_not_mend_is_told_at_once()
    {
        First.Answer<DeleteGroupsRequest, DeleteGroupsResponse>(_ => Deleted("one", ErrorCode.NonEmptyGroup));

        var refusal = await Assert.ThrowsAsync<BrokerErrorException>(
            () => Client.Admin.DeleteGroupAsync("one", Cancel));

        Assert.Equal(ErrorCode.NonEmptyGroup, refusal.Code);
        Assert.Equal(1, First.CountOf(ApiKey.DeleteGroups));
    }

    [Theory]
    [InlineData((short)9)]
    [InlineData((short)7)]
    [InlineData((short)2)]
    public async Task What_a_group_committed_is_read_in_every_version(short version)
    {
        Second.Answer<OffsetFetchRequest, OffsetFetchResponse>(
            request => version >= 8 ? OffsetsOfGroups(request) : Offsets(request), version);

        var offsets = await Client.Admin.ListGroupOffsetsAsync("two", cancel: Cancel);
        var epoch = version >= 5 ? 3 : -1;
        Assert.Equal(
            new Dictionary<TopicPartition, OffsetAndMetadata>
            {
                [new TopicPartition("t", 0)] = new(5, epoch, "note"),
            },
            offsets);

        await Client.Admin.ListGroupOffsetsAsync("two", [new TopicPartition("t", 0)], Cancel);
        Assert.Equal(2, Second.CountOf(ApiKey.OffsetFetch));
    }

    [Fact]
    public async Task Offsets_are_set_from_outside_of_any_generation()
    {
        OffsetCommitRequest? sent = null;
        First.Answer<OffsetCommitRequest, OffsetCommitResponse>(request =>
        {
            sent = request;
            return new OffsetCommitResponse
            {
                Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 1 }] }],
            };
        });

        await Client.Admin.AlterGroupOffsetsAsync(
            "one", new Dictionary<TopicPartition, OffsetAndMetadata> { [new("t", 1)] = new(7, 2, "x") }, Cancel);

        Assert.Equal(("one", -1, ""), (sent!.GroupId, sent.GenerationIdOrMemberEpoch, sent.MemberId));
        var partition = Assert.Single(Assert.Single(sent.Topics).Partitions);
        Assert.Equal((1, 7L, 2, "x"), (
            partition.PartitionIndex, partition.CommittedOffset, partition.CommittedLeaderEpoch,
            partition.CommittedMetadata));
    }

    [Fact]
    public async Task The_refusal_of_one_partition_is_told()
    {
        First.Answer<OffsetCommitRequest, OffsetCommitResponse>(_ => new()
        {
            Topics = [new() { Name = "t", Partitions = [new() { ErrorCode = ErrorCode.UnknownMemberId }] }],
        });
        First.Answer<OffsetDeleteRequest, OffsetDeleteResponse>(_ => new()
        {
            Topics = [new() { Name = "t", Partitions = [new() { ErrorCode = ErrorCode.GroupSubscribedToTopic }] }],
        });
        var partition = new TopicPartition("t", 0);

        var altering = await Assert.ThrowsAsync<BrokerErrorException>(() => Client.Admin.AlterGroupOffsetsAsync(
            "one", new Dictionary<TopicPartition, OffsetAndMetadata> { [partition] = new(7) }, Cancel));
        var deleting = await Assert.ThrowsAsync<BrokerErrorException>(
            () => Client.Admin.DeleteGroupOffsetsAsync("one", [partition], Cancel));

        Assert.Equal(
            (ErrorCode.UnknownMemberId, ErrorCode.GroupSubscribedToTopic), (altering.Code, deleting.Code));
    }

    // Version 4 takes many keys, the ones before it one.
    private void FindBy(FakeBroker broker, short highest) =>
        broker.Answer<FindCoordinatorRequest, FindCoordinatorResponse>(
            request => request.CoordinatorKeys.Count > 0
                ? new FindCoordinatorResponse
                {
                    Coordinators =
                    [
                        .. request.CoordinatorKeys.Select(key => new FindCoordinatorResponse.Coordinator
                        {
                            Key = key,
                            NodeId = _coordinators[key],
                            Host = "127.0.0.1",
                            Port = PortOf(_coordinators[key]),
                        }),
                    ],
                }
                : new FindCoordinatorResponse
                {
                    NodeId = _coordinators[request.Key],
                    Host = "127.0.0.1",
                    Port = PortOf(_coordinators[request.Key]),
                },
            highest);

    private int PortOf(int brokerId) => (brokerId == 1 ? First : Second).Port;

    private static DescribeGroupsResponse Classic(string groupId) => new()
    {
        Groups =
        [
            new()
            {
                GroupId = groupId,
                GroupState = "Stable",
                ProtocolType = "consumer",
                ProtocolData = "range",
                Members =
                [
                    new()
                    {
                        MemberId = "m",
                        GroupInstanceId = "i",
                        ClientId = "c",
                        ClientHost = "/h",
                        MemberAssignment = MemberAssignment.Write([new("t", 0), new("t", 2)]),
                    },
                ],
            },
        ],
    };

    private static ConsumerGroupDescribeResponse Modern(string groupId) => new()
    {
        Groups =
        [
            new()
            {
                GroupId = groupId,
                GroupState = "Stable",
                AssignorName = "uniform",
                Members =
                [
                    new() { MemberId = "b" },
                    new()
                    {
                        MemberId = "a",
                        Assignment = new()
                        {
                            TopicPartitions = [new() { TopicName = "t", Partitions = [1] }],
                        },
                    },
                ],
            },
        ],
    };

    private static DeleteGroupsResponse Deleted(string groupId, ErrorCode error) =>
        new() { Results = [new() { GroupId = groupId, ErrorCode = error }] };

    // Of partition 1 nothing is committed.
    private static OffsetFetchResponse Offsets(OffsetFetchRequest request)
    {
        Assert.Equal("two", request.GroupId);
        return new OffsetFetchResponse
        {
            Topics =
            [
                new()
                {
                    Name = "t",
                    Partitions =
                    [
                        new() { PartitionIndex = 0, CommittedOffset = 5, CommittedLeaderEpoch = 3, Metadata = "note" },
                        new() { PartitionIndex = 1, CommittedOffset = -1, Metadata = "" },
                    ],
                },
            ],
        };
    }

    private static OffsetFetchResponse OffsetsOfGroups(OffsetFetchRequest request)
    {
        Assert.Equal("two", Assert.Single(request.Groups).GroupId);
        return new OffsetFetchResponse
        {
            Groups =
            [
                new()
                {
                    GroupId = "two",
                    Topics =
                    [
                        new()
                        {
                            Name = "t",
                            Partitions =
                            [
                                new()
                                {
                                    PartitionIndex = 0,
                                    CommittedOffset = 5,
                                    CommittedLeaderEpoch = 3,
                                    Metadata = "note",
                                },
                                new() { PartitionIndex = 1, CommittedOffset = -1, Metadata = "" },
                            ],
                        },
                    ],
                },
            ],
        };
    }

    private protected override MetadataResponse Describe(MetadataRequest request) =>
        new() { Brokers = [First.Described, Second.Described], ControllerId = 1 };
}
