using ActorBroker.Records;

namespace ActorBroker.Simulation.Cluster;

/// <summary>A produce on its way: one batch, and who waits for its answer.</summary>
internal sealed class ProduceCall(byte[] records, short acks, Action<ErrorCode, long> answer)
{
    public byte[] Records { get; } = records;

    public short Acks { get; } = acks;

    /// <summary>Append only in this incarnation of the replica; 0: in whichever.</summary>
    public long Incarnation { get; init; }

    public long BaseOffset { get; set; } = -1;

    public long EndOffset { get; set; } = -1;

    public void Answer(ErrorCode error, long baseOffset) => answer(error, baseOffset);
}
