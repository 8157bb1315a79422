using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Protocol.HotPath;

/// <summary>
/// Writes the frame of a Fetch response (versions 4 to 17) around records that it never sees: it notes where they go
/// and how long they are, so that stored bytes can leave the machine straight from their file.
/// </summary>
/// <remarks>
/// Send <see cref="Segment"/> 0, then the records of splice 0, then segment 1, and so on; the last segment has no
/// records behind it. Calls go Begin, (BeginTopic, AddPartition...)..., End; the counts are promises that End checks.
/// The writer is used again for the next response; nothing is allocated for a response once its buffers have grown.
/// </remarks>
public sealed class FetchResponseWriter : IDisposable
{
    private readonly KafkaWriter _writer = new();
    private readonly List<Splice> _splices = [];
    private short _version;
    private bool _flexible;
    private bool _inTopic;
    private int _topicsLeft;
    private int _partitionsLeft;
    private long _recordBytes;

    /// <summary>Bytes of the whole frame on the wire: size prefix, segments and records.</summary>
    public int FrameSize { get; private set; }

    /// <summary>How many times records go between two segments.</summary>
    public int SpliceCount => _splices.Count;

    /// <summary>The bytes before splice <paramref name="index"/>; with the splice count, the last ones.</summary>
    public ReadOnlyMemory<byte> Segment(int index)
    {
        var start = index == 0 ? 0 : _splices[index - 1].At;
        var end = index == _splices.Count ? _writer.Length : _splices[index].At;
        return _writer.WrittenMemory[start..end];
    }

    /// <summary>Bytes of records that go in at splice <paramref name="index"/>.</summary>
    public int SpliceLength(int index) => _splices[index].Length;

    /// <summary>Starts a response; what an earlier one left is forgotten.</summary>
    public void Begin(
        short version, int correlationId, int throttleTimeMs, ErrorCode errorCode, int sessionId, int topicCount)
    {
        if (version is < 4 or > FetchResponse.HighestVersion)
        {
            throw ProtocolException.UnknownVersion(nameof(FetchResponse), version);
        }

        _version = version;
        _flexible = version >= FetchResponse.FirstFlexibleVersion;
        _splices.Clear();
        _inTopic = false;
        _topicsLeft = topicCount;
        _partitionsLeft = 0;
        _recordBytes = 0;
        FrameSize = 0;
        _writer.Reset(capacityMax: 1 << 20);
        _writer.Reserve(Frames.PrefixSize);
        new ResponseHeader(correlationId).Write(_writer, ApiKeys.Get(ApiKey.Fetch).ResponseHeaderVersion(version));
        _writer.WriteInt32(throttleTimeMs);
        if (version >= 7)
        {
            _writer.WriteInt16((short)errorCode);
            _writer.WriteInt32(sessionId);
        }

        _writer.WriteArrayLength(topicCount, _flexible);
    }

    /// <summary>Starts a topic: its name goes to versions up to 12, its id to later ones.</summary>
    public void BeginTopic(string name, Guid topicId, int partitionCount)
    {
        EndTopic();
        Expect(_topicsLeft > 0, "more topics than Begin said");
        _topicsLeft--;
        _inTopic = true;
        _partitionsLeft = partitionCount;
        if (_version <= 12)
        {
            _writer.WriteString(name, _flexible);
        }
        else
        {
            _writer.WriteUuid(topicId);
        }

        _writer.WriteArrayLength(partitionCount, _flexible);
    }

    /// <summary>Adds a partition whose records are so many bytes; -1 for null, 0 for none.</summary>
    public void AddPartition(in FetchedPartition partition, int recordsLength)
    {
        Expect(_partitionsLeft > 0, "more partitions than BeginTopic said");
        _partitionsLeft--;
        _writer.WriteInt32(partition.Index);
        _writer.WriteInt16((short)partition.ErrorCode);
        _writer.WriteInt64(partition.HighWatermark);
        _writer.WriteInt64(partition.LastStableOffset);
        if (_version >= 5)
        {
            _writer.WriteInt64(partition.LogStartOffset);
        }

        WriteAborted(partition.AbortedTransactions);
        if (_version >= 11)
        {
            _writer.WriteInt32(partition.PreferredReadReplica);
        }

        _writer.WriteArrayLength(recordsLength, _flexible);
        if (recordsLength > 0)
        {
            _splices.Add(new Splice(_writer.Length, recordsLength));
            _recordBytes += recordsLength;
        }

        if (_flexible)
        {
            WriteTags(partition);
        }
    }

    /// <summary>Ends the response: the size of the frame is known now.</summary>
    /// <param name="endpoints">Where the leaders named in the partitions listen (16+), or null.</param>
    public void End(IReadOnlyList<FetchResponse.NodeEndpoint>? endpoints = null)
    {
        EndTopic();
        Expect(_topicsLeft == 0, "fewer topics than Begin said");
        if (_flexible)
        {
            WriteEndpoints(endpoints);
        }

        FrameSize = checked((int)(_writer.Length + _recordBytes));
        _writer.PatchInt32(0, FrameSize - Frames.PrefixSize);
    }

    /// <summary>Gives the buffer back to the pool.</summary>
    public void Dispose() => _writer.Dispose();

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ProtocolException($"A Fetch response got {otherwise}.");
        }
    }

    private void EndTopic()
    {
        Expect(_partitionsLeft == 0, "fewer partitions than BeginTopic said");
        if (_inTopic && _flexible)
        {
            _writer.WriteUnsignedVarint(0);
        }

        _inTopic = false;
    }

    private void WriteAborted(IReadOnlyList<FetchResponse.AbortedTransaction>? aborted)
    {
        _writer.WriteArrayLength(aborted?.Count ?? -1, _flexible);
        for (var i = 0; i < aborted?.Count; i++)
        {
            aborted[i].WriteFields(_writer, _version);
        }
    }

    private void WriteTags(in FetchedPartition partition)
    {
        var diverging = partition.DivergingEpoch is { IsDefault: false } epoch ? epoch : null;
        var leader = partition.CurrentLeader is { IsDefault: false } known ? known : null;
        _writer.WriteUnsignedVarint((diverging is null ? 0u : 1u) + (leader is null ? 0u : 1u));
        if (diverging is not null)
        {
            var mark = _writer.BeginTagged(0);
            diverging.WriteFields(_writer, _version);
            _writer.EndTagged(mark);
        }

        if (leader is not null)
        {
            var mark = _writer.BeginTagged(1);
            leader.WriteFields(_writer, _version);
            _writer.EndTagged(mark);
        }
    }

    private void WriteEndpoints(IReadOnlyList<FetchResponse.NodeEndpoint>? endpoints)
    {
        if (_version < 16 || endpoints is not { Count: > 0 })
        {
            _writer.WriteUnsignedVarint(0);
            return;
        }

        _writer.WriteUnsignedVarint(1);
        var mark = _writer.BeginTagged(0);
        _writer.WriteArrayLength(endpoints.Count, compact: true);
        for (var i = 0; i < endpoints.Count; i++)
        {
            endpoints[i].WriteFields(_writer, _version);
        }

        _writer.EndTagged(mark);
    }

    private readonly record struct Splice(int At, int Length);
}
