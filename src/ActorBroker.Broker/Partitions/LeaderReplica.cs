using ActorBroker.Core.Producers;
using ActorBroker.Core.Replication;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Partitions;

/// <summary>
/// An opened log with the machine and the producers that belong to it. They live and die together: after a failed
/// write or a broken invariant all three are dropped, and the log is opened anew.
/// </summary>
internal sealed class LeaderReplica : IDisposable
{
    private readonly CancellationTokenSource _retired = new();
    private bool _isCompacting;

    public LeaderReplica(PartitionLog log, ProducerTable producers, LeaderMachine machine)
    {
        Log = log;
        Producers = producers;
        Machine = machine;
        Retired = _retired.Token;
    }

    public PartitionLog Log { get; }

    public ProducerTable Producers { get; }

    /// <summary>Of the partition's turn only.</summary>
    public LeaderMachine Machine { get; set; }

    /// <summary>Cancelled when the replica is dropped: long maintenance (compaction) gives up.</summary>
    public CancellationToken Retired { get; }

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
