using ActorBroker.Client.Cluster;
using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// What a consumer knows of one of its partitions. The coordinator's lock guards all of it, but for the generation,
/// which a reader compares without it.
/// </summary>
internal sealed class AssignedPartition(TopicPartition id)
{
    private const long None = -1;

    private int _generation;
    private volatile bool _isGivenUp;
    private long _outstanding = None;

    public TopicPartition Id => id;

    /// <summary>Grows with each seek, pause and failure: what was fetched or looked up before is then void.</summary>
    public int Generation
    {
        get => Volatile.Read(ref _generation);
        set => Volatile.Write(ref _generation, value);
    }

    /// <summary>The start that is still to be looked up; null once the position is known.</summary>
    public StartPosition? Start { get; set; }

    /// <summary>Where reading goes on when nothing that was fetched is being read; -1 until known.</summary>
    public long Position { get; set; } = -1;

    /// <summary>What is being read; it knows the position better.</summary>
    public FetchedChunk? Reading { get; set; }

    /// <summary>Where fetching goes on.</summary>
    public long FetchOffset { get; set; } = -1;

    /// <summary>The epoch of the newest batch before <see cref="FetchOffset"/>; -1 until there was one.</summary>
    public int FetchedEpoch { get; set; } = -1;

    /// <summary>
    /// Who fetches it; null while its leader or its position is being looked up, and after a failure.
    /// </summary>
    public BrokerFetcher? Fetcher { get; set; }

    /// <summary>Its leader as last looked up.</summary>
    public PartitionLeader Leader { get; set; }

    /// <summary>Another leader than the one that has just refused is known: no need to wait.</summary>
    public bool IsLeaderKnown { get; set; }

    public bool IsPaused { get; set; }

    /// <summary>Nothing is fetched: a record of it is to be processed again, but not yet.</summary>
    public bool IsResting { get; set; }

    /// <summary>Nothing is fetched: a group's member has not been told of the partition yet.</summary>
    public bool IsHeld { get; set; }

    /// <summary>
    /// It is being given up, or was: nothing more of it is handed out or stored. Read without the lock.
    /// </summary>
    public bool IsGivenUp
    {
        get => _isGivenUp;
        set => _isGivenUp = value;
    }

    /// <summary>
    /// The oldest record that was handed out and is being processed; -1 for none. Written by the reader alone, before
    /// the position is moved past the record: who reads the position first never takes the record for processed.
    /// </summary>
    public long Outstanding
    {
        get => Volatile.Read(ref _outstanding);
        set => Volatile.Write(ref _outstanding, value);
    }

    /// <summary>The leader epoch of the newest batch that was opened; -1 until there was one.</summary>
    public int ReadEpoch { get; set; } = -1;

    /// <summary>What the user said to be processed, where it is not told by the reading.</summary>
    public OffsetAndMetadata? Stored { get; set; }

    /// <summary>What the group is known to have committed; -1 where it is not.</summary>
    public long Committed { get; set; } = -1;

    /// <summary>What was last sent to be committed; -1 for nothing.</summary>
    public long Committing { get; set; } = -1;

    /// <summary>True where committing an offset would change nothing.</summary>
    public bool IsCommitted(long offset) => offset == Committed && (Committing < 0 || Committing == offset);

    public PartitionWatermarks? Watermarks { get; set; }

    /// <summary>The end of which the reader was told last; -1 for none.</summary>
    public long EndToldAt { get; set; } = -1;

    /// <summary>Failures in a row.</summary>
    public int Failures { get; set; }

    /// <summary>The clock's timestamp of the first of them.</summary>
    public long FailingSince { get; set; }

    public long CurrentPosition => Reading?.Position ?? Position;

    /// <summary>The offset up to which everything is processed; -1 until the position is known.</summary>
    public long ProcessedPosition
    {
        get
        {
            var position = CurrentPosition;
            var outstanding = Outstanding;
            return outstanding >= 0 && position >= 0 ? Math.Min(outstanding, position) : position;
        }
    }

    /// <summary>The reader's request for more under which it was given something of this partition last.</summary>
    public int HandedOutAt { get; set; } = -1;

    /// <summary>What was handed out is processed.</summary>
    public void Settle() => Outstanding = None;
}
