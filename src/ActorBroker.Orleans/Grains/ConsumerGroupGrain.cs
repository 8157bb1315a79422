// What a group decides is decided by the broker's coordinator, the same for members that come through grains and over
// the Kafka protocol. Two things are done here. A call must be answered before Orleans gives it up, and a rebalance can
// last longer: so joins are kept with their answers (GrainMember). And a sync of a group's leader that brings nothing
// would leave everybody without partitions: so none is passed on that could be one.
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using ActorBroker.Assignors;
using ActorBroker.Assignors.Wire;
using ActorBroker.Broker;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Orleans.Hosting;
using ActorBroker.Orleans.Placement;
using ActorBroker.Records;
using Orleans.Concurrency;
using Orleans.Placement;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Grains;

/// <summary>Hands calls to this silo's coordinator. Calls interleave, as clients' do.</summary>
[Reentrant]
[Immovable]
[BrokerPlacement]
[GrainType(GrainTypes.ConsumerGroup)]
internal sealed class ConsumerGroupGrain(SiloBroker broker) : Grain, IConsumerGroupGrain
{
    private const string ProtocolType = "consumer";

    /// <summary>Where members come from, as groups are shown.</summary>
    private const string Host = "orleans";

    private readonly List<GrainMember> _members = [];

    private string GroupId => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken) => GroupCalls.IsStorable(GroupId)
        ? Task.CompletedTask
        : throw new ArgumentException($"A group's id has at most {GroupCalls.TextBytesMax} bytes.");

    /// <inheritdoc/>
    public async Task<JoinGroupAnswer> JoinAsync(JoinGroup join)
    {
        _members.RemoveAll(static member => member.IsForgotten);
        if (!TryFind(GroupCalls.IsWellFormed(join), out var node, out var error))
        {
            return new JoinGroupAnswer { Error = error };
        }

        if (Protocols(join) is not { } protocols)
        {
            return new JoinGroupAnswer { Error = ErrorCode.InconsistentGroupProtocol };
        }

        // A ticket may be of an activation before this one: the join begins anew then, which ends what is left of it,
        // and the coordinator says so where the member is none any more.
        var member = _members.Find(each => each.Ticket == join.Ticket) ?? Known(join.Member);
        if (member?.Asks(protocols) is not true)
        {
            Forget(member);
            member = GrainMember.Join(node.Groups, Command(join, protocols), TimeProvider.System);
            _members.Add(member);
        }

        member.Hear();
        return await IsOverAsync(member.Joining, join.MaxWaitMs)
            ? Answer(member, await member.Joining)
            : new JoinGroupAnswer
            {
                Error = ErrorCode.RebalanceInProgress,
                IsPending = true,
                Ticket = member.Ticket,
                MemberId = join.Member.MemberId,
            };
    }

    /// <inheritdoc/>
    public async Task<SyncGroupAnswer> SyncAsync(SyncGroup sync)
    {
        if (!TryFind(GroupCalls.IsWellFormed(sync.Member), out var node, out var error))
        {
            return new SyncGroupAnswer { Error = error };
        }

        error = await MaySyncAsync(node, sync);
        if (error != ErrorCode.None)
        {
            return new SyncGroupAnswer { Error = Noted(error) };
        }

        var syncing = node.Groups.SyncAsync(
            new SyncCommand(GroupId, Of(sync.Member), sync.Generation, ProtocolType, null, []));
        if (!await IsOverAsync(syncing, sync.MaxWaitMs))
        {
            return new SyncGroupAnswer { Error = ErrorCode.RebalanceInProgress, IsPending = true };
        }

        var result = await syncing;
        IReadOnlyList<TopicPartition> assigned = [];
        return result.Error == ErrorCode.None && !MemberAssignment.TryRead(result.Assignment, out assigned)
            ? new SyncGroupAnswer { Error = ErrorCode.InconsistentGroupProtocol }
            : new SyncGroupAnswer { Error = Noted(result.Error), Assigned = [.. assigned] };
    }

    /// <inheritdoc/>
    public async Task<ErrorCode> HeartbeatAsync(GroupMemberName member, int generation)
    {
        if (!TryFind(GroupCalls.IsWellFormed(member), out var node, out var error))
        {
            return error;
        }

        var joined = Hear(member, generation);
        error = await node.Groups.HeartbeatAsync(new HeartbeatCommand(GroupId, Of(member), generation));
        if (error != ErrorCode.None)
        {
            return Noted(error);
        }

        // As a client that leads would see it: the leader joins again, and with it everybody.
        return joined?.Assignment is not { } assignment || node.Groups.IsOfNow(assignment)
            ? ErrorCode.None
            : ErrorCode.RebalanceInProgress;
    }

    /// <inheritdoc/>
    public async Task<ErrorCode> LeaveAsync(GroupMemberName member)
    {
        if (!TryFind(GroupCalls.IsWellFormed(member), out var node, out var error))
        {
            return error;
        }

        var result = await node.Groups.LeaveAsync(new LeaveCommand(GroupId, [Of(member)]));
        Forget(Known(member));
        return Noted(result.Members is [var left] && result.Error == ErrorCode.None ? left.Error : result.Error);
    }

    /// <inheritdoc/>
    public async Task<CommitAnswer> CommitAsync(CommitOffsets commit)
    {
        if (!TryFind(GroupCalls.IsWellFormed(commit), out var node, out var error))
        {
            var count = commit.Offsets.IsDefault ? 1 : commit.Offsets.Length;
            return new CommitAnswer([.. Enumerable.Repeat(error, count)]);
        }

        Hear(commit.Member, commit.Generation);
        var errors = await node.Groups.CommitAsync(new CommitCommand(
            GroupId, Of(commit.Member), commit.Generation, IsModern: true, RetentionMs: -1,
            [
                .. commit.Offsets.Select(static each => new OffsetToCommit(
                    each.Partition, each.Offset, each.LeaderEpoch, each.Metadata)),
            ]));
        return new CommitAnswer([.. errors.Select(Noted)]);
    }

    /// <inheritdoc/>
    public async Task<CommittedAnswer> CommittedAsync(ImmutableArray<TopicPartition>? partitions)
    {
        if (!TryFind(partitions is not { } asked || GroupCalls.AreWellFormed(asked), out var node, out var error))
        {
            return new CommittedAnswer(error, []);
        }

        var result = await node.Groups.FetchOffsetsAsync(new FetchOffsetsCommand(
            GroupId, null, -1, partitions is { } wanted ? [.. wanted] : null, RequireStable: false));
        return new CommittedAnswer(
            Noted(result.Error),
            [
                .. result.Offsets.Select(static each => new PartitionOffset(
                    each.Partition, each.Committed?.Offset ?? -1, each.Committed?.LeaderEpoch ?? -1,
                    each.Committed?.Metadata ?? "")),
            ]);
    }

    /// <inheritdoc/>
    public async Task<GroupDescription> DescribeAsync()
    {
        if (!TryFind(true, out var node, out var error))
        {
            return new GroupDescription { Error = error };
        }

        var group = await node.Lag.DescribeAsync(GroupId);
        return new GroupDescription
        {
            Error = Noted(group.Error),
            State = group.State,
            ProtocolType = group.ProtocolType,
            Assignor = group.Assignor,
            Members =
            [
                .. group.Members.Select(static member => new GroupMemberDescription(
                    new GroupMemberName(member.MemberId, member.InstanceId), member.Client.ClientId,
                    member.Client.Host, [.. member.Assigned])),
            ],
        };
    }

    /// <summary>Who is to be asked; nobody, where what is asked makes no sense.</summary>
    private bool TryFind(bool isWellFormed, [NotNullWhen(true)] out BrokerNode? node, out ErrorCode error)
    {
        node = isWellFormed ? broker.Node : null;
        error = !isWellFormed ? ErrorCode.InvalidRequest
            : node is null ? Noted(ErrorCode.CoordinatorLoadInProgress)
            : ErrorCode.None;
        return node is not null;
    }

    /// <summary>
    /// Where another silo coordinates, or this one's broker is not there yet, this may be the wrong place: the next
    /// call looks for the right one.
    /// </summary>
    private ErrorCode Noted(ErrorCode error)
    {
        if (error == ErrorCode.NotCoordinator || broker.Node is null)
        {
            DeactivateOnIdle();
        }

        return error;
    }

    private GrainMember? Known(GroupMemberName member) => _members.Find(each => each.IsNamed(member.MemberId));

    /// <summary>
    /// A member that names its generation is there, and has the answer to its join; null where that went another way.
    /// </summary>
    private JoinedByGrain? Hear(GroupMemberName member, int generation)
    {
        if (Known(member) is not { Joined: { } joined } known || joined.Result.Generation != generation)
        {
            return null;
        }

        known.Hear();
        known.IsTaken = true;
        return joined;
    }

    private void Forget(GrainMember? member)
    {
        if (member is not null)
        {
            _members.Remove(member);
        }
    }

    /// <summary>What the broker is told in the member's place; null where there is no such assignor, or none.</summary>
    private static List<MemberProtocol>? Protocols(JoinGroup join)
    {
        var protocols = new List<MemberProtocol>();
        foreach (var name in join.Assignors)
        {
            if (PartitionAssignors.FindClassic(name) is not { } assignor)
            {
                return null;
            }

            var subscription = MemberSubscription.For(
                assignor, join.Topics, join.Owned, join.OwnedGeneration, join.RackId);
            protocols.Add(new MemberProtocol(name, subscription.Write()));
        }

        return protocols.Count > 0 ? protocols : null;
    }

    private JoinCommand Command(JoinGroup join, List<MemberProtocol> protocols) => new(
        GroupId, Of(join.Member), new GroupClient(join.ClientId, Host), ProtocolType, protocols,
        join.SessionTimeoutMs, join.RebalanceTimeoutMs, RequiresMemberId: true, SupportsSkipAssignment: true,
        join.Reason);

    private JoinGroupAnswer Answer(GrainMember member, JoinedByGrain joined)
    {
        var result = joined.Result;
        if (result.Error != ErrorCode.None)
        {
            Forget(member);
        }

        return new JoinGroupAnswer
        {
            Error = Noted(result.Error),
            MemberId = result.MemberId,
            Generation = result.Generation,
            Assignor = result.ProtocolName ?? "",
        };
    }

    /// <summary>
    /// Whether a sync that brings nothing may be passed on. A leader's may not, until what this grain brought in its
    /// name is the group's assignment; and of a member that joined through an activation before this one it is not
    /// known whether it leads. Such a member joins again, which nobody else notices: the group gives it the same
    /// generation.
    /// </summary>
    private async Task<ErrorCode> MaySyncAsync(BrokerNode node, SyncGroup sync)
    {
        if (Hear(sync.Member, sync.Generation) is { } joined)
        {
            return joined.Brought is ErrorCode.CoordinatorNotAvailable or ErrorCode.CoordinatorLoadInProgress
                ? ErrorCode.RebalanceInProgress
                : joined.Brought;
        }

        var group = await node.Groups.DescribeAsync(GroupId);
        return group.State == "CompletingRebalance" ? ErrorCode.RebalanceInProgress : group.Error;
    }

    private static MemberName Of(GroupMemberName member) => new(member.MemberId, member.InstanceId);

    /// <summary>Waits, but not so long that the caller gives up; whatever it waits for goes on.</summary>
    private static async Task<bool> IsOverAsync(Task task, int waitMs)
    {
        var wait = TimeSpan.FromMilliseconds(Math.Clamp(waitMs, 0, JoinGroup.WaitMsMax));
        await task.WaitAsync(wait).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        return task.IsCompleted;
    }
}
