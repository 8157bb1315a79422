// The records of one or several requests on their way into the log as one batch, with the replies that wait for it.
// Boundaries between batches fall between requests, so a crash never stores half of a decision.
using System.Runtime.InteropServices;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups;

/// <summary>One batch of a shard. Its buffers are kept for the next one.</summary>
internal sealed class GroupGather : IDisposable
{
    private const int KeptBytesMax = 1 << 20;

    private readonly RecordBatchBuilder _builder = new();
    private readonly KafkaWriter _writer = new(256);

    /// <summary>Released when the batch is committed, in this order.</summary>
    public List<Reply> Replies { get; } = [];

    public bool HasRecords => _builder.Count > 0;

    public int SizeInBytes => _builder.SizeInBytes;

    /// <summary>Its buffers grew larger than most batches need: not to be kept. Known once it is cleared.</summary>
    public bool IsLarge { get; private set; }

    /// <summary>Set when the append has ended.</summary>
    public ProduceResult? Outcome { get; set; }

    public void Add(in GroupRecord record, long nowMs)
    {
        _writer.Reset();
        GroupRecordCodec.WriteKey(_writer, record.Key);
        var keyBytes = _writer.Length;
        if (record.Value is { } value)
        {
            GroupRecordCodec.WriteValue(_writer, value);
            _builder.Append(nowMs, _writer.WrittenMemory[..keyBytes], _writer.WrittenMemory[keyBytes..]);
        }
        else
        {
            _builder.Append(nowMs, _writer.WrittenMemory, null);
        }
    }

    /// <summary>The batch's bytes; they are this object's until it is cleared.</summary>
    public Memory<byte> Build(RecordBatchOptions options) => MemoryMarshal.AsMemory(_builder.Build(options));

    /// <summary>Ready for other records.</summary>
    public void Clear()
    {
        IsLarge |= _builder.SizeInBytes > KeptBytesMax;
        _builder.Reset();
        Replies.Clear();
        Outcome = null;
    }

    public void Dispose()
    {
        _builder.Dispose();
        _writer.Dispose();
    }
}
