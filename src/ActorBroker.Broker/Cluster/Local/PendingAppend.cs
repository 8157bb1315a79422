using System.Threading.Tasks.Sources;
using ActorBroker.Core.Replication;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>An append on its way, and the answer that its sender awaits once; used again after that.</summary>
internal sealed class PendingAppend(Stack<PendingAppend> pool) : IValueTaskSource<ReplicaAppendResult>
{
    private const int PoolSize = 1024;
    private readonly byte[] _head = new byte[LinkWire.AppendHeadBytes];
    private ManualResetValueTaskSourceCore<ReplicaAppendResult> _answer;

    /// <summary>The frame before the records.</summary>
    public ArraySegment<byte> Head => _head;

    /// <summary>The records.</summary>
    public ReadOnlyMemory<byte> Records { get; private set; }

    /// <summary>Its answer will name it.</summary>
    public int Correlation { get; private set; }

    /// <summary>What it counts.</summary>
    public int Weight => Records.Length + LinkLimits.AppendOverhead;

    /// <summary>The answer.</summary>
    public ValueTask<ReplicaAppendResult> Answer => new(this, _answer.Version);

    /// <summary>Takes one of a connection's pool, or a new one.</summary>
    public static PendingAppend Rent(Stack<PendingAppend> pool, int correlation, in ReplicaAppend append)
    {
        PendingAppend? pending;
        lock (pool)
        {
            pool.TryPop(out pending);
        }

        pending ??= new PendingAppend(pool);
        pending.Correlation = correlation;
        pending.Records = append.Records;
        LinkWire.WriteAppendHead(pending._head, correlation, in append);
        return pending;
    }

    /// <summary>Gives the answer; whoever awaits it goes on here.</summary>
    public void Complete(in ReplicaAppendResult result)
    {
        Records = default;
        _answer.SetResult(result);
    }

    /// <inheritdoc/>
    public ReplicaAppendResult GetResult(short token)
    {
        var result = _answer.GetResult(token);
        _answer.Reset();
        lock (pool)
        {
            if (pool.Count < PoolSize)
            {
                pool.Push(this);
            }
        }

        return result;
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _answer.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}
