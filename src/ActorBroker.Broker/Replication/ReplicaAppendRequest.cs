using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Replication;

namespace ActorBroker.Broker.Replication;

/// <summary>
/// A leader's append on its way through a follower's mailbox. Whoever awaits it goes on where the answer is given, so
/// that must be brief.
/// </summary>
internal sealed class ReplicaAppendRequest : PooledRequest<ReplicaAppendRequest, ReplicaAppendResult>
{
    private ReplicaAppend _append;
    private long _brokerEpoch;

    private ReplicaAppendRequest()
    {
    }

    public ref readonly ReplicaAppend Append => ref _append;

    /// <summary>A turn has taken it over: it is answered with the turn's other appends, whatever happens.</summary>
    public bool IsStaged { get; set; }

    /// <summary>The log is the leader's up to here once all is written; -1: it could not be made so.</summary>
    public long EndOffset { get; set; }

    public static ReplicaAppendRequest Rent(in ReplicaAppend append, long brokerEpoch)
    {
        var request = TakeUsed() ?? new ReplicaAppendRequest();
        request._append = append;
        request._brokerEpoch = brokerEpoch;
        request.IsStaged = false;
        request.EndOffset = -1;
        return request;
    }

    public void Complete(ReplicaAppendResult result)
    {
        _append = default;
        Answer(result with { BrokerEpoch = _brokerEpoch });
    }

    public override void Run(PartitionActor actor) => actor.StageAppend(this);

    public override void Fail(Exception failure)
    {
        if (!IsStaged)
        {
            Complete(ReplicaAppendResult.Of(ReplicaAppendStatus.Unready));
        }
    }
}
