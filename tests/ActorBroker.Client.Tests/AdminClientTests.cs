using System.Globalization;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>
/// Each admin request goes to the broker that may answer it, in a version that it knows. Topic "t" has partition 0 on
/// the first broker, partitions 1 and 2 on the second.
/// </summary>
public sealed class AdminClientTests : TwoBrokerTests
{
    private int _controller = 1;

    [Fact]
    public async Task A_controller_that_moved_is_found_again()
    {
        First.Answer<CreateTopicsRequest, CreateTopicsResponse>(request =>
        {
            _controller = 2;
            return Created(request, ErrorCode.NotController);
        });
        Second.Answer<CreateTopicsRequest, CreateTopicsResponse>(request => Created(request, ErrorCode.None));

        var created = await Client.Admin.CreateTopicAsync(
            new NewTopic
            {
                Name = "new",
                Assignments = [[1, 2], [2, 1]],
                Configs = new Dictionary<string, string> { ["retention.ms"] = "5" },
            },
            Cancel);

        Assert.Equal(("new", 2, 2), (created.Name, created.Partitions, created.ReplicationFactor));
        Assert.Equal(("retention.ms", "5", ConfigSource.Topic), (
            created.Configs[0].Name, created.Configs[0].Value, created.Configs[0].Source));
        Assert.Equal((1, 1), (First.CountOf(ApiKey.CreateTopics), Second.CountOf(ApiKey.CreateTopics)));
    }

    [Fact]
    public async Task A_refusal_that_time_does_not_mend_is_told_at_once()
    {
        First.Answer<CreateTopicsRequest, CreateTopicsResponse>(
            request => Created(request, ErrorCode.TopicAlreadyExists));
        First.Answer<DeleteTopicsRequest, DeleteTopicsResponse>(
            request => new DeleteTopicsResponse
            {
                Responses = [new() { Name = request.TopicNames[0], ErrorCode = ErrorCode.UnknownTopicOrPartition }],
            },
            highest: 5);

        var refusal = await Assert.ThrowsAsync<BrokerErrorException>(
            () => Client.Admin.CreateTopicAsync(new NewTopic { Name = "t" }, Cancel));
        Assert.Equal(ErrorCode.TopicAlreadyExists, refusal.Code);
        refusal = await Assert.ThrowsAsync<BrokerErrorException>(() => Client.Admin.DeleteTopicAsync("x", Cancel));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, refusal.Code);
        Assert.Equal((1, 1), (First.CountOf(ApiKey.CreateTopics), First.CountOf(ApiKey.DeleteTopics)));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Deleting_names_the_topic_as_the_version_wants_it(short version)
    {
        First.Answer<DeleteTopicsRequest, DeleteTopicsResponse>(
            request =>
            {
                Assert.Equal("t", version >= 6 ? request.Topics.Single().Name : request.TopicNames.Single());
                return new DeleteTopicsResponse { Responses = [new() { Name = "t" }] };
            },
            highest: version);
        await Client.Admin.DeleteTopicAsync("t", Cancel);
    }

    [Fact]
    public async Task Offsets_are_asked_once_of_each_leader()
    {
        Both<ListOffsetsRequest, ListOffsetsResponse>((broker, request) => new ListOffsetsResponse
        {
            Topics = [.. request.Topics.Select(topic => new ListOffsetsResponse.ListOffsetsTopicResponse
            {
                Name = topic.Name,
                Partitions = [.. topic.Partitions.Select(
                    each => new ListOffsetsResponse.ListOffsetsPartitionResponse
                    {
                        PartitionIndex = each.PartitionIndex,
                        Offset = (broker.Id * 100) + each.PartitionIndex,
                        Timestamp = each.Timestamp,
                    })],
            })],
        });

        var found = await Client.Admin.ListOffsetsAsync(Partitions(0, 1, 2), OffsetSpec.MaxTimestamp, Cancel);

        Assert.Equal([100, 201, 202], Partitions(0, 1, 2).Select(key => found[key].Offset));
        Assert.All(found.Values, each => Assert.Equal(-3, each.TimestampMs));
        Assert.Equal((1, 1), (First.CountOf(ApiKey.ListOffsets), Second.CountOf(ApiKey.ListOffsets)));
    }

    [Fact]
    public async Task A_leader_that_moved_is_found_again()
    {
        var calls = 0;
        Both<DeleteRecordsRequest, DeleteRecordsResponse>((_, request) => new DeleteRecordsResponse
        {
            Topics =
            [
                new()
                {
                    Name = "t",
                    Partitions = [.. request.Topics[0].Partitions.Select(
                        each => new DeleteRecordsResponse.DeleteRecordsPartitionResult
                        {
                            PartitionIndex = each.PartitionIndex,
                            LowWatermark = each.Offset,
                            ErrorCode = Interlocked.Increment(ref calls) == 1
                                ? ErrorCode.NotLeaderOrFollower
                                : ErrorCode.None,
                        })],
                },
            ],
        });
        var wanted = new Dictionary<TopicPartition, long> { [new("t", 1)] = 7 };

        Assert.Equal(7, (await Client.Admin.DeleteRecordsAsync(wanted, Cancel))[new("t", 1)]);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task A_brokers_settings_are_asked_of_itself_and_a_topics_of_any()
    {
        Both<DescribeConfigsRequest, DescribeConfigsResponse>((broker, request) => new DescribeConfigsResponse
        {
            Results =
            [
                new()
                {
                    ResourceType = request.Resources[0].ResourceType,
                    ResourceName = request.Resources[0].ResourceName,
                    Configs =
                    [
                        new()
                        {
                            Name = "answered.by",
                            Value = broker.Id.ToString(CultureInfo.InvariantCulture),
                            ConfigSource = (sbyte)ConfigSource.StaticBroker,
                            ConfigType = (sbyte)ConfigType.Int32,
                            Documentation = "Who it was.",
                            ReadOnly = true,
                            Synonyms =
                            [
                                new() { Name = "other", Value = "0", Source = (sbyte)ConfigSource.Default },
                            ],
                        },
                    ],
                },
            ],
        });

        var config = Assert.Single(await Client.Admin.DescribeBrokerConfigsAsync(2, Cancel));
        Assert.Equal(
            ("answered.by", "2", ConfigSource.StaticBroker, ConfigType.Int32, "Who it was.", true, false),
            (config.Name, config.Value, config.Source, config.Type, config.Documentation, config.IsReadOnly,
                config.IsSensitive));
        Assert.Equal(new ConfigSynonym("other", "0", ConfigSource.Default), Assert.Single(config.Synonyms));
        await Client.Admin.DescribeTopicConfigsAsync("t", Cancel);
        Assert.Equal(2, First.CountOf(ApiKey.DescribeConfigs) + Second.CountOf(ApiKey.DescribeConfigs));
        await Assert.ThrowsAsync<KafkaException>(() => Client.Admin.DescribeBrokerConfigsAsync(3, Cancel));
    }

    [Fact]
    public async Task An_old_broker_is_not_asked_for_documentation_and_tells_defaults_its_own_way()
    {
        Both<DescribeConfigsRequest, DescribeConfigsResponse>(
            (_, request) =>
            {
                Assert.False(request.IncludeDocumentation || request.IncludeSynonyms);
                return new DescribeConfigsResponse
                {
                    Results =
                    [
                        new()
                        {
                            Configs = [new() { Name = "a", IsDefault = true }, new() { Name = "b", Value = "set" }],
                        },
                    ],
                };
            },
            highest: 0);

        var configs = await Client.Admin.DescribeTopicConfigsAsync("t", Cancel);
        Assert.Equal([ConfigSource.Default, ConfigSource.Unknown], configs.Select(each => each.Source));
    }

    [Fact]
    public async Task Changes_of_settings_travel_as_they_were_asked_for()
    {
        IncrementalAlterConfigsRequest? sent = null;
        Both<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>((broker, request) =>
        {
            Assert.Equal(2, broker.Id);
            sent = request;
            return new IncrementalAlterConfigsResponse { Responses = [new() { ErrorMessage = null }] };
        });

        await Client.Admin.AlterConfigsAsync(
            ConfigResource.Broker(2),
            [
                ConfigChange.Set("s", "1"), ConfigChange.Delete("d"), ConfigChange.Append("a", "x,y"),
                ConfigChange.Subtract("m", "z"),
            ],
            validateOnly: true,
            Cancel);

        Assert.True(sent!.ValidateOnly);
        Assert.Equal(((sbyte)4, "2"), (sent.Resources[0].ResourceType, sent.Resources[0].ResourceName));
        Assert.Equal(
            [("s", (sbyte)0, "1"), ("d", (sbyte)1, null), ("a", (sbyte)2, "x,y"), ("m", (sbyte)3, "z")],
            sent.Resources[0].Configs.Select(each => (each.Name, each.ConfigOperation, each.Value)));
    }

    [Fact]
    public async Task Every_broker_is_asked_for_its_log_directories()
    {
        First.Answer<DescribeClusterRequest, DescribeClusterResponse>(_ => new DescribeClusterResponse
        {
            ClusterId = "c",
            ControllerId = 1,
            ErrorMessage = null,
            Brokers =
            [
                new() { BrokerId = 2, Host = "h", Port = 2, Rack = "r" },
                new() { BrokerId = 1, Host = "h", Port = 1, Rack = null },
            ],
        });
        Both<DescribeLogDirsRequest, DescribeLogDirsResponse>((broker, _) => new DescribeLogDirsResponse
        {
            Results =
            [
                new()
                {
                    LogDir = $"/{broker.Id}",
                    TotalBytes = 10,
                    UsableBytes = 5,
                    Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 1, PartitionSize = 3 }] }],
                },
            ],
        });

        var cluster = await Client.Admin.DescribeClusterAsync(Cancel);
        Assert.Equal([1, 2], cluster.Brokers.Select(each => each.Id));
        Assert.Equal("r", cluster.Brokers[1].Rack);
        var directories = await Client.Admin.DescribeLogDirsAsync(null, Cancel);
        Assert.Equal([(1, "/1"), (2, "/2")], directories.Select(each => (each.BrokerId, each.Path)));
        Assert.Equal(
            new ReplicaDescription(new TopicPartition("t", 1), 3, 0, false),
            Assert.Single(directories[1].Replicas));
    }

    [Fact]
    public async Task Elections_and_moves_travel_as_they_were_asked_for()
    {
        ElectLeadersRequest? elected = null;
        AlterPartitionReassignmentsRequest? moved = null;
        First.Answer<ElectLeadersRequest, ElectLeadersResponse>(request =>
        {
            elected = request;
            return new ElectLeadersResponse
            {
                ReplicaElectionResults =
                [
                    new()
                    {
                        Topic = "t",
                        PartitionResult =
                        [
                            new() { PartitionId = 2, ErrorCode = ErrorCode.ElectionNotNeeded, ErrorMessage = "led" },
                            new() { PartitionId = 0, ErrorMessage = null },
                        ],
                    },
                ],
            };
        });
        First.Answer<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(request =>
        {
            moved = request;
            return new AlterPartitionReassignmentsResponse
            {
                ErrorMessage = null,
                Responses =
                [
                    new()
                    {
                        Name = "t",
                        Partitions =
                        [
                            new() { PartitionIndex = 0, ErrorMessage = null },
                            new() { PartitionIndex = 1, ErrorCode = ErrorCode.NoReassignmentInProgress },
                        ],
                    },
                ],
            };
        });

        var results = await Client.Admin.ElectLeadersAsync(ElectionType.Unclean, Partitions(2, 0, 2), Cancel);
        Assert.Equal(1, elected!.ElectionType);
        Assert.Equal([0, 2], Assert.Single(elected.TopicPartitions!).Partitions);
        Assert.Equal(
            [(0, ErrorCode.None, null), (2, ErrorCode.ElectionNotNeeded, "led")],
            results.Select(each => (each.Partition.Partition, each.Error, each.Message)));
        await Client.Admin.ElectLeadersAsync(ElectionType.Preferred, null, Cancel);
        Assert.Null(elected.TopicPartitions);

        var refusal = await Assert.ThrowsAsync<BrokerErrorException>(() =>
            Client.Admin.AlterPartitionReassignmentsAsync(
                new Dictionary<TopicPartition, IReadOnlyList<int>?> { [new("t", 0)] = [2, 1], [new("t", 1)] = null },
                Cancel));
        Assert.Equal(ErrorCode.NoReassignmentInProgress, refusal.Code);
        var partitions = Assert.Single(moved!.Topics).Partitions;
        Assert.Equal([2, 1], partitions[0].Replicas);
        Assert.Null(partitions[1].Replicas);
    }

    [Fact]
    public async Task Moves_that_are_under_way_tell_where_they_lead()
    {
        First.Answer<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(request =>
        {
            Assert.Null(request.Topics);
            return new ListPartitionReassignmentsResponse
            {
                ErrorMessage = null,
                Topics =
                [
                    new()
                    {
                        Name = "t",
                        Partitions =
                        [
                            new()
                            {
                                PartitionIndex = 1,
                                Replicas = [2, 3, 1],
                                AddingReplicas = [2],
                                RemovingReplicas = [1],
                            },
                        ],
                    },
                ],
            };
        });

        var move = Assert.Single(await Client.Admin.ListPartitionReassignmentsAsync(null, Cancel));
        Assert.Equal(new TopicPartition("t", 1), move.Partition);
        Assert.Equal([2, 3], move.Target);
    }

    [Fact]
    public async Task A_topic_is_described_page_by_page_with_who_may_lead_it()
    {
        Both<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>((_, request) =>
        {
            var at = request.Cursor?.PartitionIndex ?? 0;
            return new DescribeTopicPartitionsResponse
            {
                Topics =
                [
                    new()
                    {
                        Name = "t",
                        Partitions =
                        [
                            new()
                            {
                                PartitionIndex = at,
                                LeaderId = -1,
                                ReplicaNodes = [1, 2],
                                IsrNodes = [],
                                EligibleLeaderReplicas = [2],
                                OfflineReplicas = [1],
                            },
                        ],
                    },
                ],
                NextCursor = at == 0 ? new() { TopicName = "t", PartitionIndex = 1 } : null,
            };
        });

        var topic = await Client.Admin.DescribeTopicAsync("t", Cancel);
        Assert.Equal([0, 1], topic.Partitions.Select(each => each.Partition));
        Assert.Equal([2], topic.Partitions[1].EligibleLeaders);
        Assert.Equal([1], topic.Partitions[1].OfflineReplicas);
    }

    [Fact]
    public async Task A_broker_is_unregistered_or_it_is_told_why_not()
    {
        First.Answer<UnregisterBrokerRequest, UnregisterBrokerResponse>(request => new UnregisterBrokerResponse
        {
            ErrorCode = request.BrokerId == 9 ? ErrorCode.None : ErrorCode.BrokerIdNotRegistered,
            ErrorMessage = request.BrokerId == 9 ? null : "there is no broker 8",
        });
        await Client.Admin.UnregisterBrokerAsync(9, Cancel);
        var refusal = await Assert.ThrowsAsync<BrokerErrorException>(
            () => Client.Admin.UnregisterBrokerAsync(8, Cancel));
        Assert.Contains("there is no broker 8", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_that_the_broker_does_not_serve_is_named()
    {
        var failure = await Assert.ThrowsAsync<KafkaException>(
            () => Client.Admin.DescribeProducersAsync(Partitions(0), Cancel));
        Assert.Contains("DescribeProducers", failure.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<TopicPartition> Partitions(params int[] numbers) =>
        numbers.Select(each => new TopicPartition("t", each));

    private static CreateTopicsResponse Created(CreateTopicsRequest request, ErrorCode error) => new()
    {
        Topics =
        [
            new()
            {
                Name = request.Topics[0].Name,
                ErrorCode = error,
                ErrorMessage = null,
                NumPartitions = request.Topics[0].Assignments.Count,
                ReplicationFactor = (short)(request.Topics[0].Assignments.FirstOrDefault()?.BrokerIds.Count ?? -1),
                Configs = [.. request.Topics[0].Configs.Select(each => new CreateTopicsResponse.CreatableTopicConfigs
                {
                    Name = each.Name,
                    Value = each.Value,
                    ConfigSource = (sbyte)ConfigSource.Topic,
                })],
            },
        ],
    };

    private protected override MetadataResponse Describe(MetadataRequest request) => new()
    {
        Brokers = [First.Described, Second.Described],
        ControllerId = Volatile.Read(ref _controller),
        ClusterId = null,
        Topics = request.Topics is { Count: 0 }
            ? []
            : [
                new()
                {
                    Name = "t",
                    TopicId = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
                    Partitions = [Partition(0, leader: 1), Partition(1, leader: 2), Partition(2, leader: 2)],
                },
            ],
    };

    private static MetadataResponse.MetadataResponsePartition Partition(int number, int leader) =>
        new() { PartitionIndex = number, LeaderId = leader, ReplicaNodes = [leader], IsrNodes = [leader] };
}
