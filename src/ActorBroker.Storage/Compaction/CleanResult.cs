namespace ActorBroker.Storage;

/// <summary>What a finished cleaning did.</summary>
/// <param name="FirstDirtyOffset">Where the next cleaning starts: the value for the cleaner checkpoint.</param>
/// <param name="SegmentsBefore">Segments read and replaced.</param>
/// <param name="SegmentsAfter">Segments that took their place.</param>
/// <param name="BytesBefore">Their bytes before.</param>
/// <param name="BytesAfter">Their bytes after.</param>
/// <param name="RecordsBefore">Records seen in them.</param>
/// <param name="RecordsAfter">Records kept.</param>
/// <param name="IsPartial">The table of keys was full before the end: there is more to clean.</param>
public sealed record CleanResult(
    long FirstDirtyOffset,
    int SegmentsBefore,
    int SegmentsAfter,
    long BytesBefore,
    long BytesAfter,
    long RecordsBefore,
    long RecordsAfter,
    bool IsPartial);
