using ActorBroker.Assignors;
using ActorBroker.Assignors.Wire;
using ActorBroker.Client.Cluster;
using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>The calls of a classic group's member; its leader also assigns, and watches the topics.</summary>
internal sealed class ClassicMembership(ClusterClient cluster, CoordinatorLink link, ConsumerOptions options)
    : IMembership
{
    private const short FirstVersionWithMemberLists = 3;

    /// <summary>The coordinator answers a join a little after the time that members have to join.</summary>
    private static readonly TimeSpan JoinMargin = TimeSpan.FromSeconds(5);

    private readonly ClassicMachine _machine = new(options, options.GroupId!);
    private readonly TopicWatch _watch = new(cluster);
    private GroupSubscription? _subscription;
    private IReadOnlyList<GroupMember>? _members;
    private bool _skipsAssignment;
    private Dictionary<string, int>? _assignedOf;

    public MemberMachine Machine => _machine;

    public IReadOnlyList<string> Topics => _machine.Topics;

    public TimeSpan NextWatch => NeedsWatch ? _watch.Next : Timeout.InfiniteTimeSpan;

    private bool NeedsWatch => _subscription?.Pattern is not null || _assignedOf is not null;

    private TimeSpan JoinPatience => cluster.Options.RequestTimeout > options.MaxPollInterval + JoinMargin
        ? cluster.Options.RequestTimeout
        : options.MaxPollInterval + JoinMargin;

    public void Subscribe(GroupSubscription subscription)
    {
        _subscription = subscription;
        _machine.IsPattern = subscription.Pattern is not null;
        _machine.Topics = subscription.Topics ?? _machine.Topics;
        _machine.SubscriptionChanged();
        _watch.LookAgain();
    }

    public async Task WatchAsync(CancellationToken cancel)
    {
        if (!NeedsWatch || _watch.Next > TimeSpan.Zero)
        {
            return;
        }

        if (_subscription?.Pattern is { } pattern)
        {
            var topics = await _watch.FindAsync(pattern, cancel).ConfigureAwait(false);
            if (!topics.SequenceEqual(_machine.Topics))
            {
                _machine.Topics = topics;
                _machine.SubscriptionChanged();
            }
        }

        if (_assignedOf is { } before)
        {
            var now = await _watch.DescribeAsync(before.Keys, cancel).ConfigureAwait(false);
            var counts = now.ToDictionary(each => each.Name, each => each.Partitions.Count);
            if (before.Any(each => counts.GetValueOrDefault(each.Key) != each.Value))
            {
                _assignedOf = null;
                _machine.TopicsChanged();
            }
        }
    }

    public Task CallAsync(MemberCall call, CancellationToken cancel) => call switch
    {
        MemberCall.Join => JoinAsync(cancel),
        MemberCall.Sync => SyncAsync(cancel),
        _ => BeatAsync(cancel),
    };

    public void Failed()
    {
    }

    public async Task LeaveAsync(CancellationToken cancel)
    {
        if (options.GroupInstanceId is not null || !_machine.IsKnown)
        {
            return;
        }

        var memberId = _machine.MemberId;
        _machine.Left();

        // A join may be waiting on the membership's connection: the broker would answer after it.
        await link.DropOwnAsync().ConfigureAwait(false);
        var connection = await link.SharedAsync(cancel).ConfigureAwait(false);
        var hasLists = connection.ChooseVersion<LeaveGroupRequest>() >= FirstVersionWithMemberLists;
        var request = new LeaveGroupRequest
        {
            GroupId = options.GroupId!,
            MemberId = hasLists ? "" : memberId,
            Members = hasLists
                ? [new() { MemberId = memberId, GroupInstanceId = null, Reason = "the consumer leaves" }]
                : [],
        };
        await connection.CallAsync<LeaveGroupRequest, LeaveGroupResponse>(request, cancel).ConfigureAwait(false);
    }

    private async Task JoinAsync(CancellationToken cancel)
    {
        _assignedOf = null;
        _members = null;
        var connection = await link.OwnAsync(cancel).ConfigureAwait(false);
        var exchange = connection.ExchangeAsync<JoinGroupRequest, JoinGroupResponse>(
            _machine.NewJoin(), connection.ChooseVersion<JoinGroupRequest>(), JoinPatience, cancel);
        using var answer = await link.AnswerAsync(connection, exchange, cancel).ConfigureAwait(false);
        var response = answer.Response;
        if (!_machine.Joined(response))
        {
            link.Refuse(response.ErrorCode, "Joining");
        }

        if (response.ErrorCode == ErrorCode.None && response.Leader == response.MemberId)
        {
            _skipsAssignment = response.SkipAssignment;
            _members = ClassicLeader.Read(Assignor(), response.Members.Select(each => new ClassicMember(
                each.MemberId ?? "", each.GroupInstanceId, each.Metadata)));
        }
    }

    private async Task SyncAsync(CancellationToken cancel)
    {
        var assignments = await AssignAsync(cancel).ConfigureAwait(false);
        using var answer = await ExchangeSyncAsync(assignments, cancel).ConfigureAwait(false);
        var code = answer.Response.ErrorCode;
        IReadOnlyList<TopicPartition> assigned = [];
        if (code == ErrorCode.None && !MemberAssignment.TryRead(answer.Response.Assignment, out assigned))
        {
            throw new ProtocolViolationException(
                $"The leader of group '{options.GroupId}' sent an assignment that cannot be read.");
        }

        if (!_machine.Synced(code, assigned, NowMs()))
        {
            link.Refuse(code, "Getting an assignment");
        }
    }

    private async Task<Answer<SyncGroupResponse>> ExchangeSyncAsync(
        List<(string MemberId, byte[] Assignment)> assignments, CancellationToken cancel)
    {
        var connection = await link.OwnAsync(cancel).ConfigureAwait(false);
        var version = connection.ChooseVersion<SyncGroupRequest>();
        try
        {
            var exchange = connection.ExchangeAsync<SyncGroupRequest, SyncGroupResponse>(
                NewSync(assignments, version), version, JoinPatience, cancel);
            return await link.AnswerAsync(connection, exchange, cancel).ConfigureAwait(false);
        }
        catch (ProtocolViolationException unreadable)
        {
            // Some brokers leave the assignment out of a refusal (librdkafka's do), which is why it does not read.
            _machine.SyncUnread();
            throw new BrokerErrorException(
                ErrorCode.RebalanceInProgress, $"Getting an assignment of '{options.GroupId}'", unreadable.Message);
        }
    }

    private SyncGroupRequest NewSync(IEnumerable<(string MemberId, byte[] Assignment)> assignments, short version)
    {
        const short FirstVersionWithProtocol = 5;
        var request = _machine.NewSync(assignments);
        if (version < FirstVersionWithProtocol)
        {
            request.ProtocolType = null;
            request.ProtocolName = null;
        }

        return request;
    }

    private async Task BeatAsync(CancellationToken cancel)
    {
        var connection = await link.OwnAsync(cancel).ConfigureAwait(false);
        var patience = cluster.Options.RequestTimeout < options.SessionTimeout
            ? cluster.Options.RequestTimeout
            : options.SessionTimeout;
        var exchange = connection.ExchangeAsync<HeartbeatRequest, HeartbeatResponse>(
            _machine.NewHeartbeat(), connection.ChooseVersion<HeartbeatRequest>(), patience, cancel);
        using var answer = await link.AnswerAsync(connection, exchange, cancel).ConfigureAwait(false);
        if (!_machine.Beaten(answer.Response.ErrorCode, NowMs()))
        {
            link.Refuse(answer.Response.ErrorCode, "A heartbeat");
        }
    }

    /// <summary>The leader's assignments; nothing of everybody else.</summary>
    private async Task<List<(string MemberId, byte[] Assignment)>> AssignAsync(CancellationToken cancel)
    {
        if (_members is null)
        {
            return [];
        }

        var names = _members.SelectMany(each => each.Topics).ToHashSet();
        var topics = await _watch.DescribeAsync(names, cancel).ConfigureAwait(false);
        _assignedOf = names.ToDictionary(
            name => name, name => topics.FirstOrDefault(each => each.Name == name)?.Partitions.Count ?? 0);
        if (_skipsAssignment)
        {
            // The group kept its assignment; the leader only goes on watching the topics.
            return [];
        }

        var assigned = ClassicLeader.Assign(Assignor(), _members, [.. topics.Select(Describe)]);
        return [.. assigned.Select(each => (each.Key, MemberAssignment.Write(each.Value)))];
    }

    private AssignedTopic Describe(TopicMetadata topic)
    {
        var racks = topic.Partitions.Select(each => (IReadOnlyCollection<string>)
            [.. each.Replicas.Select(cluster.RackOf).OfType<string>().Distinct()]).ToList();
        return new AssignedTopic(topic.Name, topic.Partitions.Count)
        {
            Racks = racks.Exists(each => each.Count > 0) ? racks : [],
        };
    }

    private IPartitionAssignor Assignor() =>
        options.Assignors.FirstOrDefault(each => each.Name == _machine.ProtocolName)
        ?? throw new ProtocolViolationException(
            $"Group '{options.GroupId}' agreed on '{_machine.ProtocolName}', which this member did not offer.");

    private long NowMs() => link.NowMs();
}
