// A member of KIP-848 as clients write it: joins with epoch 0, sends heartbeats, gives up what is taken away in its own
// time, reports what it owns when that changed, and sends everything again when it does not know what was heard.
using ActorBroker.Core.Groups;
using ActorBroker.Core.Tests.Groups.Simulation;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Groups.Consumer;

/// <summary>A simulated member of KIP-848.</summary>
internal sealed class ModernMember(GroupWorld world, string name) : SimulatedMember(world, name)
{
    private int _epoch;
    private int _starts;
    private int _wishes;
    private bool _isFull;
    private bool _isRevoking;
    private bool _mustReport;
    private HashSet<(Guid Topic, int Partition)> _target = [];

    public string? InstanceId { get; init; }

    /// <summary>v1: it makes its own id.</summary>
    public bool HasOwnId { get; init; } = true;

    public int RebalanceTimeoutMs { get; init; } = 8_000;

    /// <summary>The longest that it takes to give partitions up.</summary>
    public int RevokeMaxMs { get; init; }

    public IReadOnlyList<string> Topics { get; set; } = ["t"];

    public string? Regex { get; set; }

    public string? Assignor { get; init; }

    public int Epoch => _epoch;

    public override void Leave()
    {
        var epoch = InstanceId is not null && World.Chance(0.7) ? -2 : -1;
        var command = new ConsumerHeartbeatCommand("g", MemberId, epoch, new GroupClient(Name, "/h"), InstanceId);
        var isMember = _epoch > 0;
        Stop();
        if (isMember)
        {
            Wire.Send<ConsumerHeartbeatResult>(
                $"leaves with {epoch}",
                (machine, turn, reply) => machine.ConsumerHeartbeat(turn, command, reply),
                static _ => { },
                static () => { });
        }
    }

    /// <summary>Wants something else from the next heartbeat on.</summary>
    public void Subscribe(IReadOnlyList<string> topics, string? regex)
    {
        (Topics, Regex, _isFull) = (topics, regex, true);
        _wishes++;
        World.Say($"{Name} now wants {string.Join(',', topics)} {regex}");
    }

    protected override void Begin()
    {
        MemberId = HasOwnId ? $"{Name}-{++_starts}" : "";
        _target = [];
        Rejoin();
    }

    private void Rejoin()
    {
        Forget();
        Own([]);
        (_epoch, _isRevoking, _target) = (0, false, []);
        Beat();
    }

    private void Beat()
    {
        var isFull = _epoch == 0 || _isFull;
        var reports = isFull || _mustReport;
        var owned = Owned.GroupBy(static each => each.Topic)
            .Select(static topic => new TopicPartitions(topic.Key, [.. topic.Select(static each => each.Partition)]));
        var command = new ConsumerHeartbeatCommand(
            "g",
            MemberId,
            _epoch,
            new GroupClient(Name, "/h"),
            InstanceId,
            null,
            isFull ? RebalanceTimeoutMs : -1,
            isFull ? Topics : null,
            isFull ? Regex ?? "" : null,
            isFull ? Assignor : null,
            reports ? [.. owned] : null);
        var sent = Owned.ToHashSet();
        var wishes = _wishes;
        Wire.Send<ConsumerHeartbeatResult>(
            $"beats in {_epoch}{(reports ? $" owning {string.Join(' ', sent.Select(Show))}" : "")}",
            (machine, turn, reply) => machine.ConsumerHeartbeat(turn, command, reply),
            Guard<ConsumerHeartbeatResult>(result =>
            {
                _isFull = _isFull && !(isFull && wishes == _wishes);
                _mustReport = _mustReport && !sent.SetEquals(Owned);
                OnAnswer(result);
            }),
            Guard(() =>
            {
                _isFull = true;
                Later(World.Random.Next(500), Beat);
            }));
    }

    private void OnAnswer(ConsumerHeartbeatResult result)
    {
        if (result.Error != ErrorCode.None)
        {
            OnError(result.Error);
            return;
        }

        World.Trace.Require(result.MemberEpoch >= _epoch, $"{Name} goes from {_epoch} to {result.MemberEpoch}");
        (MemberId, _epoch) = (result.MemberId!, result.MemberEpoch);
        if (result.Assignment is { } assignment)
        {
            _target = [.. assignment.SelectMany(static each => each.Partitions.Select(p => (each.TopicId, p)))];
            World.Say($"{Name} in {_epoch} shall own {string.Join(' ', _target.Select(Show))}");
            Reconcile();
        }

        Later(_mustReport && World.Chance(0.7) ? 10 : result.HeartbeatIntervalMs, Beat);
    }

    private void Reconcile()
    {
        if (Owned.IsSubsetOf(_target))
        {
            _mustReport = _mustReport || !Owned.SetEquals(_target);
            Own(_target);
        }
        else if (!_isRevoking)
        {
            _isRevoking = true;
            Later(World.HasFaults ? World.Random.Next(RevokeMaxMs + 1) : 10, () =>
            {
                _isRevoking = false;
                _mustReport = true;
                World.Say($"{Name} gave up {string.Join(' ', Owned.Except(_target).Select(Show))}");
                Own(_target);
            });
        }
    }

    private void OnError(ErrorCode error)
    {
        World.Say($"{Name}: {error}");
        LateErrors += World.HasFaults ? 0 : 1;
        switch (error)
        {
            case ErrorCode.UnknownMemberId or ErrorCode.FencedMemberEpoch:
                Rejoin();
                break;
            case ErrorCode.UnreleasedInstanceId:
                Later(1_000, Rejoin);
                break;
            case ErrorCode.FencedInstanceId:
                Stop();
                break;
            default:
                World.Trace.Require(false, $"{Name} got {error}");
                break;
        }
    }

    private static string Show((Guid Topic, int Partition) each) =>
        $"{System.Text.Encoding.ASCII.GetString(each.Topic.ToByteArray()).TrimEnd('\0', ' ')}-{each.Partition}";
}
