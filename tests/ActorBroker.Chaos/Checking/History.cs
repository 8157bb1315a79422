namespace ActorBroker.Chaos.Checking;

/// <summary>What a producer was told about a record.</summary>
internal enum WriteOutcome
{
    /// <summary>Nothing that is sure, e.g. a time-out: it may be in the log or not.</summary>
    Unknown,

    /// <summary>It is in the log, for good.</summary>
    Acknowledged,

    /// <summary>It was refused: it is not in the log, and never will be.</summary>
    Refused,
}

/// <summary>A record that was sent.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Partition">Where to.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Offset">
/// Where it was stored, as the acknowledgement says; -1 where it says that it is there, but not where.
/// </param>
internal readonly record struct Write(RecordId Id, int Partition, WriteOutcome Outcome, long Offset);

/// <summary>A record as it was read.</summary>
internal readonly record struct Seen(long Offset, RecordId Id);

/// <summary>
/// What a consumer was given of a partition, in order, from an assignment until it ended: within it, there is no reason
/// to skip a record or to go back.
/// </summary>
/// <param name="Reader">Who reads: a consumer by itself, or a group, whose members are one reader together.</param>
/// <param name="Consumer">The consumer, for people.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Records">What it was given.</param>
internal sealed record Reading(string Reader, string Consumer, int Partition, IReadOnlyList<Seen> Records);

/// <summary>A commit that was acknowledged to a member of a group.</summary>
internal readonly record struct Commit(string Group, int Partition, long Offset);

/// <summary>All that happened in a run, as the clients saw it.</summary>
internal sealed record History
{
    /// <summary>All records that were sent.</summary>
    public IReadOnlyList<Write> Writes { get; init; } = [];

    /// <summary>All that was read while faults happened.</summary>
    public IReadOnlyList<Reading> Readings { get; init; } = [];

    /// <summary>The partitions from their starts to their ends, read when all was quiet again.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<Seen>> Final { get; init; } =
        new Dictionary<int, IReadOnlyList<Seen>>();

    /// <summary>Those who were given the time to read every partition from its start to its end.</summary>
    public IReadOnlyList<string> Readers { get; init; } = [];

    /// <summary>Acknowledged commits.</summary>
    public IReadOnlyList<Commit> Commits { get; init; } = [];

    /// <summary>What the groups have committed when all was quiet again.</summary>
    public IReadOnlyList<Commit> CommittedAtEnd { get; init; } = [];
}
