using ActorBroker.Chaos.Checking;

namespace ActorBroker.Chaos.Workload;

/// <summary>Takes down what one producer sends and is told.</summary>
internal sealed class ProducerRecorder(Recorder recorder, int index)
{
    /// <summary>Its number.</summary>
    public int Index { get; } = index;

    /// <summary>Its records, by their numbers.</summary>
    internal List<Write> Writes { get; } = [];

    /// <summary>It is about to send its next record; the answer says which one that is.</summary>
    public RecordId Sent(int partition) => recorder.Sent(this, partition);

    /// <summary>It was told that the record is stored, and where (-1: not where).</summary>
    public void Acknowledged(RecordId id, long offset) =>
        recorder.Settled(this, id, WriteOutcome.Acknowledged, offset);

    /// <summary>It was told that the record is not stored and never will be.</summary>
    public void Refused(RecordId id) => recorder.Settled(this, id, WriteOutcome.Refused, -1);
}
