using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Replication;

namespace ActorBroker.Broker.Replication;

/// <summary>
/// A leader's append on its way through a follower's mailbox: its own awaitable, and pooled, as a produce is. Whoever
/// awaits it goes on where the answer is given, so that must be brief.
/// </summary>
internal sealed class ReplicaAppendRequest : PartitionItem, IValueTaskSource<ReplicaAppendResult>
{
    private const int PoolLimit = 4096;
    private static readonly ConcurrentQueue<ReplicaAppendRequest> Pool = new();
    private ManualResetValueTaskSourceCore<ReplicaAppendResult> _source;
    private ReplicaAppend _append;
    private long _brokerEpoch;

    private ReplicaAppendRequest()
    {
    }

    public override bool SeesWrites => false;

    public ref readonly ReplicaAppend Append => ref _append;

    /// <summary>A turn has taken it over: it is answered with the turn's other appends, whatever happens.</summary>
    public bool IsStaged { get; set; }

    /// <summary>The log is the leader's up to here once all is written; -1: it could not be made so.</summary>
    public long EndOffset { get; set; }

    public ValueTask<ReplicaAppendResult> Task => new(this, _source.Version);

    public static ReplicaAppendRequest Rent(in ReplicaAppend append, long brokerEpoch)
    {
        if (!Pool.TryDequeue(out var request))
        {
            request = new ReplicaAppendRequest();
        }

        request._append = append;
        request._brokerEpoch = brokerEpoch;
        request.IsStaged = false;
        request.EndOffset = -1;
        return request;
    }

    public void Complete(ReplicaAppendResult result)
    {
        _append = default;
        _source.SetResult(result with { BrokerEpoch = _brokerEpoch });
    }

    public override void Run(PartitionActor actor) => actor.StageAppend(this);

    public override void Fail(Exception failure)
    {
        if (!IsStaged)
        {
            Complete(ReplicaAppendResult.Of(ReplicaAppendStatus.Unready));
        }
    }

    public ReplicaAppendResult GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            if (Pool.Count < PoolLimit)
            {
                Pool.Enqueue(this);
            }
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
