using ActorBroker.Records;

namespace ActorBroker.Core.Tests;

/// <summary>Headers as the machines see them: no bytes behind them.</summary>
internal static class ProducerBatches
{
    public static RecordBatchHeader Batch(
        int sequence, int count = 1, long producerId = 7, short epoch = 0, long timestampMs = 1000) => new()
        {
            Magic = RecordBatchHeader.CurrentMagic,
            LastOffsetDelta = count - 1,
            RecordCount = count,
            ProducerId = producerId,
            ProducerEpoch = epoch,
            BaseSequence = sequence,
            BaseTimestamp = timestampMs,
            MaxTimestamp = timestampMs,
        };

    public static RecordBatchHeader Plain(int count = 1) =>
        Batch(sequence: -1, count, producerId: -1, epoch: -1);

    public static RecordBatchHeader At(this RecordBatchHeader batch, long offset) => batch with { BaseOffset = offset };

    public static RecordBatchHeader Transactional(this RecordBatchHeader batch) =>
        batch with { Attributes = (short)(batch.Attributes | 0x10) };

    public static RecordBatchHeader Marker(long offset, long producerId = 7, short epoch = 0) => new()
    {
        BaseOffset = offset,
        Magic = RecordBatchHeader.CurrentMagic,
        Attributes = 0x30,
        RecordCount = 1,
        ProducerId = producerId,
        ProducerEpoch = epoch,
        BaseSequence = -1,
        MaxTimestamp = 1000,
    };
}
