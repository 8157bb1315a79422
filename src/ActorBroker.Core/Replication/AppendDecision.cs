using ActorBroker.Records;

namespace ActorBroker.Core.Replication;

/// <summary>How the leader takes a batch.</summary>
public enum AppendKind : byte
{
    /// <summary>To be written at <see cref="AppendDecision.BaseOffset"/>.</summary>
    Accepted,

    /// <summary>
    /// Stored before: once that copy is acknowledged, answer with its offset, or where that is not known any more with
    /// <see cref="AppendDecision.Error"/>, which a client takes for success, too.
    /// </summary>
    Duplicate,

    /// <summary>Refused; nothing changed.</summary>
    Rejected,
}

/// <summary>The leader's answer to one batch.</summary>
public readonly record struct AppendDecision
{
    /// <summary>Which of the three.</summary>
    public AppendKind Kind { get; private init; }

    /// <summary>The offset of the first record; -1 when rejected, or not known.</summary>
    public long BaseOffset { get; private init; }

    /// <summary>The offset after the last record: what <see cref="LeaderMachine.StateOf"/> is asked for.</summary>
    public long EndOffset { get; private init; }

    /// <summary>A duplicate's original maximum timestamp; otherwise -1.</summary>
    public long TimestampMs { get; private init; }

    /// <summary>The reason of a rejection, or a duplicate's answer in place of an offset; else none.</summary>
    public ErrorCode Error { get; private init; }

    /// <summary>The same in words, for the client's log.</summary>
    public string? Message { get; private init; }

    internal static AppendDecision Accept(long baseOffset, long endOffset) => new()
    {
        Kind = AppendKind.Accepted,
        BaseOffset = baseOffset,
        EndOffset = endOffset,
        TimestampMs = -1,
    };

    internal static AppendDecision Duplicate(long baseOffset, long endOffset, long timestampMs) => new()
    {
        Kind = AppendKind.Duplicate,
        BaseOffset = baseOffset,
        EndOffset = endOffset,
        TimestampMs = timestampMs,
    };

    internal static AppendDecision OldDuplicate(long endOffset) =>
        Duplicate(baseOffset: -1, endOffset, timestampMs: -1) with { Error = ErrorCode.DuplicateSequenceNumber };

    internal static AppendDecision Reject(ErrorCode error, string? message) => new()
    {
        Kind = AppendKind.Rejected,
        BaseOffset = -1,
        EndOffset = -1,
        TimestampMs = -1,
        Error = error,
        Message = message,
    };
}
