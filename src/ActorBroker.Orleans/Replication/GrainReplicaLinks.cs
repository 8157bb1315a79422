// Appends travel as grain calls, several at a time. Orleans has no back-pressure between silos, so what is on the way
// to a broker is bounded here; and a call that was given up may still wait to be serialised, so the bytes that it
// carries are a copy, which goes back to the pool only after an answer. A call to a silo that is gone fails by an
// exception, after a search for its grain: when some have failed in a row, the thousands of others are not even tried.
using System.Buffers;
using System.Collections.Concurrent;
using ActorBroker.Broker.Cluster;
using ActorBroker.Core.Replication;

namespace ActorBroker.Orleans.Replication;

/// <summary>The ways to other brokers' followers through their grains.</summary>
internal sealed class GrainReplicaLinks(IGrainFactory grains) : IReplicaLinks
{
    /// <summary>Bytes on the way to one broker; one append may be more.</summary>
    internal const int InFlightBytesMax = 32 << 20;

    /// <summary>What each append counts on top of its records, so that empty ones are bounded too.</summary>
    private const int AppendOverhead = 512;

    /// <summary>An answer that has not come by then does not come: the follower is stuck, or gone.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<ReplicaKey, IReplicaGrain> _followers = new();
    private readonly ConcurrentDictionary<int, Way> _ways = new();
    private volatile bool _isStopped;
    private IReplicaTarget? _target;

    /// <inheritdoc/>
    public IReplicaTarget? Target
    {
        get => Volatile.Read(ref _target);
        set => Volatile.Write(ref _target, value);
    }

    /// <inheritdoc/>
    public ValueTask<ReplicaAppendResult> AppendAsync(int brokerId, ReplicaAppend append)
    {
        var way = _ways.GetOrAdd(brokerId, static _ => new Way());
        var weight = append.Records.Length + AppendOverhead;
        if (_isStopped || !way.TryEnter(weight))
        {
            return ValueTask.FromResult(ReplicaAppendResult.Of(ReplicaAppendStatus.Unready));
        }

        return SendAsync(new ReplicaKey(append.TopicId, append.Partition, brokerId), append, way, weight);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _isStopped = true;
        return ValueTask.CompletedTask;
    }

    private async ValueTask<ReplicaAppendResult> SendAsync(ReplicaKey key, ReplicaAppend append, Way way, int weight)
    {
        var copy = append.Records.IsEmpty ? [] : ArrayPool<byte>.Shared.Rent(append.Records.Length);
        try
        {
            append.Records.CopyTo(copy);
            var question = ReplicaMessages.Question(append, copy.AsMemory(0, append.Records.Length));
            var answer = await AskAsync(key, question).WaitAsync(AnswerTimeout).ConfigureAwait(false);
            if (copy.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(copy);
            }

            way.Arrived();
            return ReplicaMessages.Result(answer);
        }
        catch (TimeoutException)
        {
            // This follower may be stuck while others of the same broker answer.
            return ReplicaAppendResult.Of(ReplicaAppendStatus.Lost);
        }
#pragma warning disable CA1031 // Whatever it was: nobody knows whether the append arrived.
        catch (Exception)
#pragma warning restore CA1031
        {
            way.Failed();
            return ReplicaAppendResult.Of(ReplicaAppendStatus.Lost);
        }
        finally
        {
            way.Leave(weight);
        }
    }

    private Task<ReplicaAnswer> AskAsync(ReplicaKey key, ReplicaQuestion question) =>
        _followers.GetOrAdd(key, static (key, grains) => grains.GetGrain<IReplicaGrain>(key.ToString()), grains)
            .AppendAsync(question);

    /// <summary>The way to one broker.</summary>
    private sealed class Way
    {
        /// <summary>
        /// One or the other fails while its broker lives, too: where the silo has died that knew the way to its grain.
        /// </summary>
        private const int FailuresMax = 16;

        /// <summary>Between two tries of a way that failed, in ticks of the clock.</summary>
        private static readonly long Rest = TimeProvider.System.TimestampFrequency / 20;

        private long _bytes;
        private int _failedInARow;
        private long _nextTry;

        public bool TryEnter(int weight)
        {
            if (Volatile.Read(ref _failedInARow) >= FailuresMax && !MayTry())
            {
                return false;
            }

            if (Interlocked.Add(ref _bytes, weight) is var bytes && bytes > InFlightBytesMax && bytes != weight)
            {
                Leave(weight);
                return false;
            }

            return true;
        }

        public void Leave(int weight) => Interlocked.Add(ref _bytes, -weight);

        public void Arrived() => Volatile.Write(ref _failedInARow, 0);

        public void Failed()
        {
            Volatile.Write(ref _nextTry, TimeProvider.System.GetTimestamp() + Rest);
            Interlocked.Increment(ref _failedInARow);
        }

        /// <summary>One of all that would, each time.</summary>
        private bool MayTry()
        {
            var next = Volatile.Read(ref _nextTry);
            var now = TimeProvider.System.GetTimestamp();
            return now >= next && Interlocked.CompareExchange(ref _nextTry, now + Rest, next) == next;
        }
    }
}
