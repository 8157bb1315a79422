using System.Text;

namespace ActorBroker.Protocol.HotPath;

/// <summary>
/// Walks a Produce request (versions 0 to 12) in its frame and allocates nothing: topic by topic, partition by
/// partition. Records come as a place in the frame, so that the owner of the frame can patch them where they lie.
/// </summary>
/// <remarks>
/// A frame that is malformed at its end yields good partitions before that. Whoever acts on partitions one by one asks
/// <see cref="IsWellFormed"/> first; it costs a walk over the fields, not over the records.
/// </remarks>
public ref struct ProduceRequestReader
{
    private readonly bool _flexible;
    private KafkaReader _reader;
    private int _topicsLeft;
    private int _partitionsLeft;
    private bool _inTopic;
    private bool _ended;

    /// <summary>Starts at the body: <paramref name="reader"/> has read the request's header.</summary>
    public ProduceRequestReader(KafkaReader reader, short version)
    {
        if (version is < 0 or > 12)
        {
            throw ProtocolException.UnknownVersion("ProduceRequest", version);
        }

        _reader = reader;
        _flexible = version >= 9;
        TransactionalId = version >= 3 ? _reader.ReadNullableString(_flexible) : null;
        Acks = _reader.ReadInt16();
        TimeoutMs = _reader.ReadInt32();
        _topicsLeft = TopicCount = _reader.ReadArrayLength(_flexible, _flexible ? 3 : 6);
    }

    /// <summary>The transaction that the records belong to, or null.</summary>
    public string? TransactionalId { get; }

    /// <summary>0 no answer, 1 the leader, -1 all replicas in sync.</summary>
    public short Acks { get; }

    /// <summary>How long to wait for the replicas.</summary>
    public int TimeoutMs { get; }

    /// <summary>Topics in the request.</summary>
    public int TopicCount { get; }

    /// <summary>The current topic's name as it stands in the frame.</summary>
    public ReadOnlySpan<byte> TopicUtf8 { get; private set; }

    /// <summary>The current topic's name, as a new string on each call.</summary>
    public readonly string TopicName => Encoding.UTF8.GetString(TopicUtf8);

    /// <summary>Partitions of the current topic.</summary>
    public int PartitionCount { get; private set; }

    /// <summary>The current partition.</summary>
    public int PartitionIndex { get; private set; }

    /// <summary>Where the current partition's records start, counted from the reader's first byte.</summary>
    public int RecordsOffset { get; private set; }

    /// <summary>Bytes of the current partition's records; -1 for null.</summary>
    public int RecordsLength { get; private set; }

    /// <summary>True after the first field that was short or malformed.</summary>
    public readonly bool Faulted => _reader.Faulted;

    /// <summary>True when the walk came to the end, and it is the end of the frame.</summary>
    public readonly bool Complete => _ended && _reader.Complete;

    /// <summary>Walks the whole body; false when a field is malformed or bytes follow the body.</summary>
    public static bool IsWellFormed(KafkaReader reader, short version)
    {
        var request = new ProduceRequestReader(reader, version);
        while (request.MoveNextTopic())
        {
        }

        return request.Complete;
    }

    /// <summary>Goes to the next topic, over partitions of the current one that were not visited.</summary>
    public bool MoveNextTopic()
    {
        while (MoveNextPartition())
        {
        }

        if (_ended || Faulted)
        {
            return false;
        }

        if (_topicsLeft == 0)
        {
            SkipTags();
            _ended = true;
            return false;
        }

        _topicsLeft--;
        _inTopic = true;
        TopicUtf8 = _reader.ReadStringBytes(_flexible);
        _partitionsLeft = PartitionCount = _reader.ReadArrayLength(_flexible, _flexible ? 6 : 8);
        return !Faulted;
    }

    /// <summary>Goes to the next partition of the current topic.</summary>
    public bool MoveNextPartition()
    {
        if (!_inTopic || Faulted)
        {
            return false;
        }

        if (_partitionsLeft == 0)
        {
            _inTopic = false;
            SkipTags();
            return false;
        }

        _partitionsLeft--;
        PartitionIndex = _reader.ReadInt32();
        var records = _reader.ReadNullableBytes(_flexible);
        RecordsLength = records?.Length ?? -1;
        RecordsOffset = _reader.Position - Math.Max(RecordsLength, 0);
        SkipTags();
        return !Faulted;
    }

    private void SkipTags()
    {
        if (_flexible)
        {
            _reader.SkipTaggedFields();
        }
    }
}
