using ActorBroker.Client.Cluster;
using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// What a consumer knows of one of its partitions. The coordinator's lock guards all of it, but for the generation,
/// which a reader compares without it.
/// </summary>
internal sealed class AssignedPartition(TopicPartition id)
{
    private int _generation;

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

    public bool IsPaused { get; set; }

    public PartitionWatermarks? Watermarks { get; set; }

    /// <summary>The end of which the reader was told last; -1 for none.</summary>
    public long EndToldAt { get; set; } = -1;

    /// <summary>Failures in a row.</summary>
    public int Failures { get; set; }

    /// <summary>The clock's timestamp of the first of them.</summary>
    public long FailingSince { get; set; }

    public long CurrentPosition => Reading?.Position ?? Position;
}
