using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;

namespace ActorBroker.Broker.Partitions;

/// <summary>
/// A request on its way through a partition's mailbox that is its own awaitable and comes from a pool, so that it
/// allocates nothing in the steady state. It is awaited exactly once, which gives it back.
/// </summary>
internal abstract class PooledRequest<TSelf, TResult> : PartitionItem, IValueTaskSource<TResult>
    where TSelf : PooledRequest<TSelf, TResult>
{
    private const int PoolLimit = 4096;
    private static readonly ConcurrentQueue<TSelf> Pool = new();
    private ManualResetValueTaskSourceCore<TResult> _source;

    public ValueTask<TResult> Task => new(this, _source.Version);

    public override bool SeesWrites => false;

    public TResult GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            OnTaken();
            if (Pool.Count < PoolLimit)
            {
                Pool.Enqueue((TSelf)this);
            }
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>One that has been used before; null: there is none.</summary>
    protected static TSelf? TakeUsed() => Pool.TryDequeue(out var request) ? request : null;

    /// <summary>Whoever awaits it goes on where the answer is given (false), or on another thread.</summary>
    protected void ContinueElsewhere(bool elsewhere) => _source.RunContinuationsAsynchronously = elsewhere;

    protected void Answer(in TResult result) => _source.SetResult(result);

    /// <summary>The answer was taken: what is left of this use goes, before the next begins.</summary>
    protected virtual void OnTaken()
    {
    }
}
