using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol;
using ActorBroker.Records;

namespace ActorBroker.Simulation.Groups;

/// <summary>Records of one or several requests on their way into the log, with the replies that wait.</summary>
internal sealed class GroupGather
{
    private readonly RecordBatchBuilder _builder = new();

    /// <summary>Released when the batch is committed, in this order.</summary>
    public List<Reply> Replies { get; } = [];

    public bool HasRecords => _builder.Count > 0;

    public int SizeInBytes => _builder.SizeInBytes;

    /// <summary>Set when the append has ended.</summary>
    public ErrorCode? Outcome { get; set; }

    public void Add(in GroupRecord record, long nowMs)
    {
        using var writer = new KafkaWriter(256);
        GroupRecordCodec.WriteKey(writer, record.Key);
        var keyBytes = writer.Length;
        if (record.Value is { } value)
        {
            GroupRecordCodec.WriteValue(writer, value);
            _builder.Append(nowMs, writer.WrittenMemory[..keyBytes], writer.WrittenMemory[keyBytes..]);
        }
        else
        {
            _builder.Append(nowMs, writer.WrittenMemory, null);
        }
    }

    public byte[] Build() => _builder.Build(RecordBatchOptions.Default).ToArray();
}
