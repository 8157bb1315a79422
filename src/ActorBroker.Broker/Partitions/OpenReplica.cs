using ActorBroker.Core.Producers;
using ActorBroker.Core.Replication;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Partitions;

/// <summary>
/// An opened log with its producers and the machine of the role that the replica is in. They live and die together:
/// after a failed write or a broken invariant all are dropped, and the log is opened anew.
/// </summary>
internal sealed class OpenReplica(PartitionLog log, ProducerTable producers) : IDisposable
{
    private readonly CancellationTokenSource _retired = new();
    private LeaderMachine? _leader;
    private bool _isCompacting;
    private long _gapEnd;

    public PartitionLog Log => log;

    public ProducerTable Producers => producers;

    /// <summary>
    /// Set while this replica leads. What the machine holds is of the partition's turn only; that it is there, and its
    /// epoch and its start, any thread may ask.
    /// </summary>
    public LeaderMachine? Leader => Volatile.Read(ref _leader);

    /// <summary>Set while it follows; of the partition's turn only.</summary>
    public FollowerMachine? Follower { get; private set; }

    /// <summary>Cancelled when the replica is dropped: long maintenance (compaction) gives up.</summary>
    public CancellationToken Retired => _retired.Token;

    /// <summary>Held by whoever rewrites or removes files beside the writer: retention and compaction.</summary>
    public Lock Maintenance { get; } = new();

    /// <summary>
    /// A compaction holds <see cref="Maintenance"/>, which may take long: shorter work comes again later instead of
    /// waiting.
    /// </summary>
    public bool IsCompacting
    {
        get => Volatile.Read(ref _isCompacting);
        set => Volatile.Write(ref _isCompacting, value);
    }

    /// <summary>Held during an fsync, which must not wait for a compaction.</summary>
    public Lock Flushing { get; } = new();

    /// <summary>
    /// The end of the last batch before which offsets were left out: what is below counts as kept only when a recovery
    /// point on disk covers it. Never beyond the log's end. 0: there was none.
    /// </summary>
    public long GapEnd
    {
        get => Volatile.Read(ref _gapEnd);
        set => Volatile.Write(ref _gapEnd, value);
    }

    /// <summary>A leadership begins.</summary>
    public void Lead(LeaderMachine machine)
    {
        Follower = null;
        Volatile.Write(ref _leader, machine);
    }

    /// <summary>Somebody else leads, or nobody.</summary>
    public void Follow(FollowerMachine machine)
    {
        Volatile.Write(ref _leader, null);
        Follower = machine;
    }

    /// <summary>
    /// Runs an action that closes the log, when nobody works on its files any more: a log is never opened anew,
    /// renamed or removed beside somebody who still rewrites the old one's files.
    /// </summary>
    public void WithFilesAtRest(Action close)
    {
        lock (Maintenance)
        {
            lock (Flushing)
            {
                close();
            }
        }
    }

    /// <summary>Asks maintenance to end; the log is closed by whoever dropped the replica.</summary>
    public void Dispose()
    {
        _retired.Cancel();
        _retired.Dispose();
    }
}
