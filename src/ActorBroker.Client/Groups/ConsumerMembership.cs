using ActorBroker.Client.Cluster;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>The calls of a KIP-848 group's member: heartbeats, and the names of the topics that they assign.</summary>
internal sealed class ConsumerMembership(ClusterClient cluster, CoordinatorLink link, ConsumerOptions options)
    : IMembership
{
    private const short FirstVersionWithPatterns = 1;

    private readonly ConsumerMachine _machine = new(options, options.GroupId!, Guid.NewGuid().ToString("N"));
    private readonly TopicWatch _watch = new(cluster);
    private GroupSubscription? _subscription;
    private Dictionary<Guid, string> _names = [];
    private ConsumerGroupHeartbeatResponse.AssignmentData? _unnamed;

    public MemberMachine Machine => _machine;

    public IReadOnlyList<string> Topics => _machine.Topics ?? [];

    public TimeSpan NextWatch => NeedsWatch ? _watch.Next : Timeout.InfiniteTimeSpan;

    private bool NeedsWatch => _subscription?.Pattern is not null || _unnamed is not null;

    public void Subscribe(GroupSubscription subscription)
    {
        _subscription = subscription;
        _machine.Topics = subscription.BrokerPattern is null ? subscription.Topics ?? [] : null;
        _machine.Pattern = subscription.BrokerPattern?.Pattern;
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
            if (!topics.SequenceEqual(_machine.Topics ?? []))
            {
                _machine.Topics = topics;
                _machine.SubscriptionChanged();
            }
        }

        if (_unnamed is { } assignment && _machine.Identity is not null)
        {
            await AssignAsync(assignment, cancel).ConfigureAwait(false);
        }
    }

    public async Task CallAsync(MemberCall call, CancellationToken cancel)
    {
        var connection = await link.OwnAsync(cancel).ConfigureAwait(false);
        var version = connection.ChooseVersion<ConsumerGroupHeartbeatRequest>();
        if (_machine.Pattern is not null && version < FirstVersionWithPatterns)
        {
            throw new KafkaException(
                $"The broker at {connection.Address} evaluates no patterns: subscribe by a Regex.");
        }

        if (_machine.Identity is null)
        {
            // What an earlier membership was to have is another's by now.
            _unnamed = null;
        }

        var request = _machine.NewHeartbeat(version);
        var beat = connection.CallAsync<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
            request, cancel);
        var response = await link.AnswerAsync(connection, beat, cancel).ConfigureAwait(false);
        if (!_machine.Answered(response, link.NowMs()))
        {
            link.Refuse(response.ErrorCode, "A heartbeat", response.ErrorMessage);
        }

        if (response is { ErrorCode: ErrorCode.None, Assignment: { } assignment })
        {
            await AssignAsync(assignment, cancel).ConfigureAwait(false);
        }
    }

    public void Failed() => _machine.Failed();

    public async Task LeaveAsync(CancellationToken cancel)
    {
        if (!_machine.IsKnown)
        {
            return;
        }

        var leave = _machine.NewLeave();
        var connection = await link.SharedAsync(cancel).ConfigureAwait(false);
        await connection.CallAsync<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(leave, cancel)
            .ConfigureAwait(false);
    }

    /// <summary>Takes an assignment on as far as its topics have names; the rest is asked for again.</summary>
    private async Task AssignAsync(ConsumerGroupHeartbeatResponse.AssignmentData assignment, CancellationToken cancel)
    {
        _unnamed = assignment;
        if (assignment.TopicPartitions.Exists(each => !_names.ContainsKey(each.TopicId)))
        {
            await LearnNamesAsync(assignment, cancel).ConfigureAwait(false);
        }

        var named = assignment.TopicPartitions.Where(each => _names.ContainsKey(each.TopicId)).ToList();
        _watch.IsMissingSome = named.Count < assignment.TopicPartitions.Count;
        _unnamed = _watch.IsMissingSome ? assignment : null;
        _machine.Assigned(
            _names.ToDictionary(each => each.Value, each => each.Key),
            named.SelectMany(topic => topic.Partitions.Select(
                each => new TopicPartition(_names[topic.TopicId], each))));
    }

    private async Task LearnNamesAsync(
        ConsumerGroupHeartbeatResponse.AssignmentData assignment, CancellationToken cancel)
    {
        var topics = await _watch.DescribeAsync([.. _machine.Topics ?? []], cancel).ConfigureAwait(false);
        if (assignment.TopicPartitions.Exists(each => topics.All(topic => topic.Id != each.TopicId)))
        {
            topics = await cluster.AllTopicsAsync(cancel).ConfigureAwait(false);
        }

        // A topic that was deleted and made again has another id: the newest name counts.
        _names = topics.Where(each => each.Error == ErrorCode.None).ToDictionary(each => each.Id, each => each.Name);
    }
}
