using ActorBroker.Records;

namespace ActorBroker.Broker.Partitions;

/// <summary>A validated batch that waits to be appended, and then for its acknowledgement.</summary>
internal sealed class ProduceRequest : PooledRequest<ProduceRequest, ProduceResult>, IThreadPoolWorkItem
{
    private ProduceResult _held;

    private ProduceRequest() => ContinueElsewhere(true);

    public Memory<byte> Records { get; private set; }

    public RecordBatchHeader Header { get; private set; }

    public short Acks { get; private set; }

    public int TimeoutMs { get; private set; }

    /// <summary>The opening of the log that it is meant for; 0: any.</summary>
    public long Incarnation { get; private set; }

    /// <summary>Where the batch begins, once accepted.</summary>
    public long BaseOffset { get; set; }

    /// <summary>The offset that has to be committed for acks=all.</summary>
    public long EndOffset { get; set; }

    /// <summary>The answer once that is committed: none, or what a repeat without an offset is called.</summary>
    public ErrorCode Outcome { get; set; }

    /// <summary>For the answer: the broker's time, or -1.</summary>
    public long LogAppendTimeMs { get; set; }

    /// <summary>When an acks=-1 wait ends without success, in monotonic milliseconds.</summary>
    public long DeadlineMs { get; set; }

    public static ProduceRequest Rent(in ProduceCommand command, Memory<byte> records, in RecordBatchHeader header)
    {
        var request = TakeUsed() ?? new ProduceRequest();
        request.Records = records;
        request.Header = header;
        request.Acks = command.Acks;
        request.TimeoutMs = command.TimeoutMs;
        request.Incarnation = command.Incarnation;
        return request;
    }

    public void Complete(in ProduceResult result)
    {
        Records = default;
        Answer(in result);
    }

    /// <summary>Sets the answer aside: whoever awaits it goes on, on that thread, at <see cref="Execute"/>.</summary>
    public void Hold(in ProduceResult result)
    {
        Records = default;
        _held = result;
    }

    /// <summary>Gives the answer that was set aside.</summary>
    public void Execute()
    {
        ContinueElsewhere(false);
        Answer(in _held);
    }

    public void Complete(ErrorCode error, string? message = null) =>
        Complete(new ProduceResult(error, Message: message));

    public override void Run(PartitionActor actor) => actor.Stage(this);

    protected override void OnTaken()
    {
        ContinueElsewhere(true);
        _held = default;
    }
}
