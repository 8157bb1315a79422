namespace ActorBroker.Chaos.Checking;

/// <summary>What a log must never show its clients; the names are those of Jepsen's workload for Kafka.</summary>
internal enum AnomalyKind
{
    /// <summary>
    /// A record was acknowledged, or read by somebody, and is not in the log although the log is longer than that.
    /// </summary>
    LostWrite,

    /// <summary>A record is in the log twice.</summary>
    Duplicate,

    /// <summary>An offset holds different records for different clients or at different times.</summary>
    InconsistentOffsets,

    /// <summary>A record was read that was refused, or that nobody wrote there.</summary>
    AbortedRead,

    /// <summary>A reader went past a record without being given it.</summary>
    PollSkip,

    /// <summary>A reader was given the same offset again, or went back, without a new assignment.</summary>
    NonmonotonicPoll,

    /// <summary>An acknowledged record lies beyond what was ever read, although there was time to read all.</summary>
    Unseen,

    /// <summary>Records of one producer are in a partition in another order than they were sent.</summary>
    NonmonotonicSend,

    /// <summary>A group has committed less at the end than one of its members was told.</summary>
    LostCommit,
}

/// <summary>One finding, in words.</summary>
internal readonly record struct Anomaly(AnomalyKind Kind, string Text);
