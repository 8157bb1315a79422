using System.Collections.Concurrent;
using ActorBroker.Assignors.Wire;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests.Groups;

/// <summary>
/// The coordinator of a classic group with one real member, on a broker of a <see cref="LogCluster"/>. It does what the
/// member asks, and what a test tells it: answers with errors, rebalances, gives partitions and takes them away.
/// </summary>
internal sealed class FakeGroup
{
    public const string Name = "g";

    private readonly Lock _gate = new();
    private readonly Dictionary<ApiKey, Queue<ErrorCode>> _refusals = [];
    private readonly LogCluster _cluster;
    private Dictionary<string, byte[]> _assignments = [];

    public FakeGroup(LogCluster cluster, int broker = 0)
    {
        _cluster = cluster;
        Coordinator = cluster.Brokers[broker];
        foreach (var each in cluster.Brokers)
        {
            each.Answer<FindCoordinatorRequest, FindCoordinatorResponse>(_ => Find());
            each.AnswerLater<JoinGroupRequest, JoinGroupResponse>((request, _) => JoinAsync(each, request));
            each.Answer<SyncGroupRequest, SyncGroupResponse>(request => Sync(each, request));
            each.Answer<HeartbeatRequest, HeartbeatResponse>(request => Beat(each, request));
            each.Answer<LeaveGroupRequest, LeaveGroupResponse>(Leave);
            each.Answer<OffsetCommitRequest, OffsetCommitResponse>(request => Commit(each, request));
            each.Answer<OffsetFetchRequest, OffsetFetchResponse>(request => Fetch(each, request));
        }
    }

    public FakeBroker Coordinator { get; set; }

    public int Generation { get; private set; }

    public string MemberId { get; private set; } = "";

    public bool IsRebalancing { get; private set; }

    /// <summary>The joins that came.</summary>
    public ConcurrentQueue<JoinGroupRequest> Joins { get; } = new();

    /// <summary>The members that left, by id.</summary>
    public ConcurrentQueue<string> Left { get; } = new();

    /// <summary>The commits that were stored, as "partition:offset".</summary>
    public ConcurrentQueue<string> Commits { get; } = new();

    public ConcurrentDictionary<int, long> Committed { get; } = new();

    /// <summary>What the member is given, whatever its assignor says; null for that.</summary>
    public int[]? Gives { get; set; }

    /// <summary>A partition that commits find to be unknown.</summary>
    public int? Missing { get; set; }

    /// <summary>False: another member leads the group, and this one asks for no topics.</summary>
    public bool IsLeader { get; set; } = true;

    /// <summary>What joins wait for.</summary>
    public Task HoldJoins { get; set; } = Task.CompletedTask;

    /// <summary>How many joins wait for it.</summary>
    public int WaitingJoins { get; private set; }

    /// <summary>The next calls of an API are answered so.</summary>
    public void Refuse(ApiKey api, params ErrorCode[] codes)
    {
        lock (_gate)
        {
            foreach (var code in codes)
            {
                (_refusals.TryGetValue(api, out var queue) ? queue : _refusals[api] = new()).Enqueue(code);
            }
        }
    }

    /// <summary>Calls of an API are judged again as they are.</summary>
    public void RefuseNoMore(ApiKey api)
    {
        lock (_gate)
        {
            _refusals.Remove(api);
        }
    }

    /// <summary>The member has to join again.</summary>
    public void Rebalance(params int[] gives)
    {
        lock (_gate)
        {
            Gives = gives.Length > 0 ? gives : Gives;
            IsRebalancing = true;
        }
    }

    /// <summary>Commits are taken from this member.</summary>
    public void Become(string memberId, int generation)
    {
        lock (_gate)
        {
            (MemberId, Generation) = (memberId, generation);
        }
    }

    private ErrorCode Judge(FakeBroker broker, ApiKey api)
    {
        if (_refusals.TryGetValue(api, out var codes) && codes.TryDequeue(out var code))
        {
            return code;
        }

        return broker == Coordinator ? ErrorCode.None : ErrorCode.NotCoordinator;
    }

    private ErrorCode JudgeMember(FakeBroker broker, ApiKey api, string? memberId, int generation)
    {
        var code = Judge(broker, api);
        return code != ErrorCode.None ? code
            : memberId != MemberId || MemberId.Length == 0 ? ErrorCode.UnknownMemberId
            : generation != Generation ? ErrorCode.IllegalGeneration
            : ErrorCode.None;
    }

    private FindCoordinatorResponse Find()
    {
        lock (_gate)
        {
            return new FindCoordinatorResponse
            {
                Coordinators =
                [
                    new()
                    {
                        Key = Name,
                        NodeId = Coordinator.Id,
                        Host = "127.0.0.1",
                        Port = Coordinator.Port,
                        ErrorCode = Judge(Coordinator, ApiKey.FindCoordinator),
                    },
                ],
            };
        }
    }

    private async Task<JoinGroupResponse?> JoinAsync(FakeBroker broker, JoinGroupRequest request)
    {
        if (!HoldJoins.IsCompleted)
        {
            WaitingJoins++;
            await HoldJoins.WaitAsync(TestContext.Current.CancellationToken);
        }

        return Join(broker, request);
    }

    private JoinGroupResponse Join(FakeBroker broker, JoinGroupRequest request)
    {
        lock (_gate)
        {
            Joins.Enqueue(request);
            var code = Judge(broker, ApiKey.JoinGroup);
            var memberId = request.MemberId ?? "";
            if (code != ErrorCode.None)
            {
                return new JoinGroupResponse { ErrorCode = code, MemberId = memberId };
            }

            if (memberId.Length == 0 && request.GroupInstanceId is null)
            {
                MemberId = $"member-{Joins.Count}";
                return new JoinGroupResponse { ErrorCode = ErrorCode.MemberIdRequired, MemberId = MemberId };
            }

            if (memberId.Length > 0 && memberId != MemberId)
            {
                return new JoinGroupResponse { ErrorCode = ErrorCode.UnknownMemberId, MemberId = memberId };
            }

            MemberId = memberId.Length > 0 ? memberId : $"static-{Joins.Count}";
            Generation++;
            IsRebalancing = false;
            return new JoinGroupResponse
            {
                GenerationId = Generation,
                ProtocolType = "consumer",
                ProtocolName = request.Protocols[0].Name,
                Leader = IsLeader ? MemberId : "another",
                MemberId = MemberId,
                Members = [new() { MemberId = MemberId, Metadata = request.Protocols[0].Metadata.ToArray() }],
            };
        }
    }

    private SyncGroupResponse Sync(FakeBroker broker, SyncGroupRequest request)
    {
        lock (_gate)
        {
            var code = JudgeMember(broker, ApiKey.SyncGroup, request.MemberId, request.GenerationId);
            _assignments = request.Assignments.ToDictionary(
                each => each.MemberId ?? "", each => each.Assignment.ToArray());
            var given = Gives is { } partitions
                ? MemberAssignment.Write([.. partitions.Select(each => new TopicPartition(LogCluster.Topic, each))])
                : _assignments.GetValueOrDefault(MemberId, []);
            return new SyncGroupResponse
            {
                ErrorCode = code,
                ProtocolType = "consumer",
                ProtocolName = request.ProtocolName,
                Assignment = code == ErrorCode.None ? given : [],
            };
        }
    }

    private HeartbeatResponse Beat(FakeBroker broker, HeartbeatRequest request)
    {
        lock (_gate)
        {
            var code = JudgeMember(broker, ApiKey.Heartbeat, request.MemberId, request.GenerationId);
            return new HeartbeatResponse
            {
                ErrorCode = code == ErrorCode.None && IsRebalancing ? ErrorCode.RebalanceInProgress : code,
            };
        }
    }

    private LeaveGroupResponse Leave(LeaveGroupRequest request)
    {
        lock (_gate)
        {
            request.Members.ForEach(each => Left.Enqueue(each.MemberId ?? ""));
            MemberId = "";
            return new LeaveGroupResponse();
        }
    }

    private OffsetCommitResponse Commit(FakeBroker broker, OffsetCommitRequest request)
    {
        lock (_gate)
        {
            var code = request.GenerationIdOrMemberEpoch < 0
                ? Judge(broker, ApiKey.OffsetCommit)
                : JudgeMember(
                    broker, ApiKey.OffsetCommit, request.MemberId, request.GenerationIdOrMemberEpoch);
            foreach (var each in request.Topics.SelectMany(topic => topic.Partitions).OrderBy(p => p.PartitionIndex))
            {
                if (code == ErrorCode.None && each.PartitionIndex != Missing)
                {
                    Committed[each.PartitionIndex] = each.CommittedOffset;
                    Commits.Enqueue($"{each.PartitionIndex}:{each.CommittedOffset}");
                }
            }

            return new OffsetCommitResponse
            {
                Topics = [.. request.Topics.Select(topic => new OffsetCommitResponse.OffsetCommitResponseTopic
                {
                    Name = topic.Name,
                    Partitions = [.. topic.Partitions.Select(
                        each => new OffsetCommitResponse.OffsetCommitResponsePartition
                        {
                            PartitionIndex = each.PartitionIndex,
                            ErrorCode = each.PartitionIndex == Missing ? ErrorCode.UnknownTopicOrPartition : code,
                        })],
                })],
            };
        }
    }

    private OffsetFetchResponse Fetch(FakeBroker broker, OffsetFetchRequest request)
    {
        lock (_gate)
        {
            var code = Judge(broker, ApiKey.OffsetFetch);
            return new OffsetFetchResponse
            {
                Groups =
                [
                    new()
                    {
                        GroupId = Name,
                        ErrorCode = code,
                        Topics = [.. (request.Groups[0].Topics ?? []).Select(
                            topic => new OffsetFetchResponse.OffsetFetchResponseTopics
                            {
                                Name = topic.Name,
                                Partitions = [.. topic.PartitionIndexes.Select(
                                    each => new OffsetFetchResponse.OffsetFetchResponsePartitions
                                    {
                                        PartitionIndex = each,
                                        CommittedOffset = Committed.GetValueOrDefault(each, -1),
                                        Metadata = "",
                                    })],
                            })],
                    },
                ],
            };
        }
    }
}
