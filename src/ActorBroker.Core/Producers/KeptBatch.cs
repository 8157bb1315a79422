using ActorBroker.Records;

namespace ActorBroker.Core.Producers;

/// <summary>What is remembered of a stored batch, so that a repeat gets the first one's answer.</summary>
/// <param name="BaseSequence">Sequence of its first record.</param>
/// <param name="OffsetDelta">Its last offset minus its first.</param>
/// <param name="LastOffset">Offset of its last record.</param>
/// <param name="TimestampMs">Its maximum timestamp.</param>
internal readonly record struct KeptBatch(int BaseSequence, int OffsetDelta, long LastOffset, long TimestampMs)
{
    public int LastSequence => RecordBatchHeader.IncrementSequence(BaseSequence, OffsetDelta);

    public long BaseOffset => LastOffset - OffsetDelta;
}
