using ActorBroker.Records;

namespace ActorBroker.Simulation.Checking;

/// <summary>A stored batch as the checker remembers it.</summary>
internal readonly record struct Entry(
    long BaseOffset, long NextOffset, int Epoch, uint Crc, long ProducerId, int BaseSequence, int LastSequence)
{
    public static Entry Of(in RecordBatchHeader batch) => new(
        batch.BaseOffset,
        batch.NextOffset,
        batch.PartitionLeaderEpoch,
        batch.Crc,
        batch.ProducerId,
        batch.BaseSequence,
        batch.LastSequence);

    public override string ToString() => $"[{BaseOffset}..{NextOffset}) of epoch {Epoch}";
}
