using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Partitions;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// The appends of one Produce request, in its order, and the writer of their answers. Written by hand: it is on the
/// path of every batch.
/// </summary>
internal sealed class ProduceAnswer(short acks, int topics)
{
    private readonly List<(string Name, int Partitions)> _topics = new(KafkaReader.Capacity(topics));
    private readonly List<Row> _rows = [];

    /// <summary>The request's acks.</summary>
    public short Acks => acks;

    /// <summary>Appends.</summary>
    public int Count => _rows.Count;

    /// <summary>True when any append was refused.</summary>
    public bool HasError { get; private set; }

    /// <summary>True when all were refused, as this broker leads none of the partitions any more.</summary>
    public bool IsMisdirected =>
        _rows.Count > 0 && _rows.TrueForAll(static row => row.Result.Error == ErrorCode.NotLeaderOrFollower);

    /// <summary>Begins a topic.</summary>
    public void AddTopic(string name, int partitions) => _topics.Add((name, partitions));

    /// <summary>Adds an append of the last topic.</summary>
    public void Add(int partition, ValueTask<ProduceResult> append) => _rows.Add(new Row(partition, append));

    /// <summary>Awaits one append; each of them once. Returns its error.</summary>
    public async ValueTask<ErrorCode> SettleAsync(int index)
    {
        var row = _rows[index];
        row.Result = await row.Append.ConfigureAwait(false);
        HasError |= row.Result.Error != ErrorCode.None;
        return row.Result.Error;
    }

    /// <summary>Writes the response.</summary>
    public BufferResponse Write(RequestContext request, ClusterImage cluster, bool prefersClose)
    {
        var version = request.Version;
        var flexible = version >= ProduceResponse.FirstFlexibleVersion;
        var writer = ResponseFrame.Begin(request.Header.CorrelationId, flexible);
        var leaders = new LeaderHints(cluster, request.Connection.Listener);
        writer.WriteArrayLength(_topics.Count, flexible);
        var next = 0;
        foreach (var (name, partitions) in _topics)
        {
            writer.WriteString(name, flexible);
            writer.WriteArrayLength(partitions, flexible);
            for (var end = next + partitions; next < end; next++)
            {
                Write(writer, name, _rows[next], version, leaders);
            }

            EndStruct(writer, flexible);
        }

        if (version >= 1)
        {
            writer.WriteInt32(0); // Nobody is throttled yet.
        }

        if (flexible)
        {
            WriteEndpoints(writer, version, leaders);
        }

        return ResponseFrame.End(writer, prefersClose);
    }

    private static void Write(KafkaWriter writer, string topic, Row row, short version, LeaderHints leaders)
    {
        var flexible = version >= ProduceResponse.FirstFlexibleVersion;
        ref readonly var result = ref row.Result;
        writer.WriteInt32(row.Partition);
        writer.WriteInt16((short)result.Error);
        writer.WriteInt64(result.BaseOffset);
        if (version >= 2)
        {
            writer.WriteInt64(result.LogAppendTimeMs);
        }

        if (version >= 5)
        {
            writer.WriteInt64(result.LogStartOffset);
        }

        if (version >= 8)
        {
            WriteRecordErrors(writer, result.RecordErrors, flexible);
            writer.WriteNullableString(result.Message, flexible);
        }

        if (version >= 10 && result.Error == ErrorCode.NotLeaderOrFollower &&
            leaders.Find(topic, row.Partition) is { } leader)
        {
            writer.WriteUnsignedVarint(1);
            var mark = writer.BeginTagged(0);
            writer.WriteInt32(leader.Id);
            writer.WriteInt32(leader.Epoch);
            writer.WriteUnsignedVarint(0);
            writer.EndTagged(mark);
        }
        else
        {
            EndStruct(writer, flexible);
        }
    }

    private static void WriteRecordErrors(KafkaWriter writer, IReadOnlyList<RecordError>? errors, bool flexible)
    {
        writer.WriteArrayLength(errors?.Count ?? 0, flexible);
        for (var index = 0; index < errors?.Count; index++)
        {
            writer.WriteInt32(errors[index].BatchIndex);
            writer.WriteNullableString(errors[index].Message, flexible);
            EndStruct(writer, flexible);
        }
    }

    private static void WriteEndpoints(KafkaWriter writer, short version, LeaderHints leaders)
    {
        if (version < 10 || leaders.Endpoints.Count == 0)
        {
            writer.WriteUnsignedVarint(0);
            return;
        }

        writer.WriteUnsignedVarint(1);
        var mark = writer.BeginTagged(0);
        writer.WriteArrayLength(leaders.Endpoints.Count, compact: true);
        foreach (var (broker, endpoint) in leaders.Endpoints)
        {
            writer.WriteInt32(broker.Id);
            writer.WriteString(endpoint.Host, compact: true);
            writer.WriteInt32(endpoint.Port);
            writer.WriteNullableString(broker.Rack, compact: true);
            writer.WriteUnsignedVarint(0);
        }

        writer.EndTagged(mark);
    }

    private static void EndStruct(KafkaWriter writer, bool flexible)
    {
        if (flexible)
        {
            writer.WriteUnsignedVarint(0);
        }
    }

    private sealed class Row(int partition, ValueTask<ProduceResult> append)
    {
        public readonly ValueTask<ProduceResult> Append = append;
        public ProduceResult Result;

        public int Partition => partition;
    }
}
