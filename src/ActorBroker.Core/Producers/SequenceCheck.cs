using ActorBroker.Records;

namespace ActorBroker.Core.Producers;

/// <summary>How a producer's batch stands to what it sent before.</summary>
public enum SequenceKind : byte
{
    /// <summary>The next one.</summary>
    InOrder,

    /// <summary>An exact repeat of one of the batches that are kept.</summary>
    Duplicate,

    /// <summary>A repeat of what was stored before the batches that are kept.</summary>
    OldDuplicate,

    /// <summary>None of these.</summary>
    Rejected,
}

/// <summary>The producer table's answer about one batch.</summary>
public readonly record struct SequenceCheck
{
    /// <summary>Which of the four.</summary>
    public SequenceKind Kind { get; private init; }

    /// <summary>
    /// A duplicate's first offset. Of an old one: an offset that what is repeated lies before. Otherwise -1.
    /// </summary>
    public long BaseOffset { get; private init; }

    /// <summary>A duplicate's original maximum timestamp; otherwise -1.</summary>
    public long TimestampMs { get; private init; }

    /// <summary>The reason of a rejection.</summary>
    public ErrorCode Error { get; private init; }

    /// <summary>The same in words.</summary>
    public string? Message { get; private init; }

    internal static SequenceCheck InOrder { get; } = new() { BaseOffset = -1, TimestampMs = -1 };

    internal static SequenceCheck Duplicate(long baseOffset, long timestampMs) =>
        new() { Kind = SequenceKind.Duplicate, BaseOffset = baseOffset, TimestampMs = timestampMs };

    internal static SequenceCheck OldDuplicate(long before) =>
        new() { Kind = SequenceKind.OldDuplicate, BaseOffset = before, TimestampMs = -1 };

    internal static SequenceCheck Rejected(ErrorCode error, string message) => new()
    {
        Kind = SequenceKind.Rejected,
        BaseOffset = -1,
        TimestampMs = -1,
        Error = error,
        Message = message,
    };
}
