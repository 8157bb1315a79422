using ActorBroker.Broker;
using ActorBroker.Broker.Partitions;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol;
using ActorBroker.Protocol.HotPath;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// Produce v0-12. Record bytes are never copied here: each partition's batch is a slice of the request's frame, handed
/// to its partition before the first wait, so that the order of requests is the order of appends. acks=0 has no
/// response; an error closes the connection instead, as does, up to v9, a broker that leaves and leads none of it any
/// more. v0-2 carry formats that are no longer stored: INVALID_RECORD. Topics aren't created here (Metadata does that).
/// Gap: there are no transactions yet, so transactional batches are refused with the code for a partition that isn't
/// part of one.
/// </summary>
internal sealed partial class ProduceHandler(HandlerContext context) : ApiHandler
{
    private const short FirstVersionOfStoredFormat = 3;
    private const short FirstVersionWithLeaders = 10;
    private const int ShortFrameBytesMax = 32 << 10;

    private readonly BrokerNode _node = context.Node;
    private readonly ApiMeter _meter = context.Instruments.Of(ApiKey.Produce);

    public override bool MayOverlap => true;

    // A small compressed batch may unfold to many megabytes.
    public override bool IsShortWork(RequestContext request) =>
        request.Frame.Length <= ShortFrameBytesMax && !HasCompressed(request);

    public override short FirstFlexibleVersion => ProduceRequest.FirstFlexibleVersion;

    public override ValueTask<Response> HandleAsync(RequestContext request)
    {
        if (!ProduceRequestReader.IsWellFormed(new KafkaReader(request.Body), request.Version))
        {
            throw new BadRequestException($"its Produce request v{request.Version} is malformed.");
        }

        return FinishAsync(Start(request), request);
    }

    private static bool HasCompressed(RequestContext request)
    {
        var body = request.Body.Span;
        var reader = new ProduceRequestReader(new KafkaReader(request.Body), request.Version);
        while (reader.MoveNextTopic())
        {
            while (reader.MoveNextPartition())
            {
                var records = body.Slice(reader.RecordsOffset, Math.Max(reader.RecordsLength, 0));
                if (RecordBatchHeader.TryRead(records, out var header) && header.Codec != CompressionCodec.None)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private ProduceAnswer Start(RequestContext request)
    {
        var body = request.Body;
        var reader = new ProduceRequestReader(new KafkaReader(body), request.Version);
        var answer = new ProduceAnswer(reader.Acks, reader.TopicCount);
        while (reader.MoveNextTopic())
        {
            var topic = reader.TopicName;
            answer.AddTopic(topic, reader.PartitionCount);
            while (reader.MoveNextPartition())
            {
                var records = body.Slice(reader.RecordsOffset, Math.Max(reader.RecordsLength, 0));
                var command = new ProduceCommand(records, reader.Acks, reader.TimeoutMs, ApiVersion: request.Version);
                answer.Add(reader.PartitionIndex, Produce(topic, reader.PartitionIndex, command));
            }
        }

        return answer;
    }

    private ValueTask<ProduceResult> Produce(string topic, int index, in ProduceCommand command)
    {
        try
        {
            if (command.ApiVersion < FirstVersionOfStoredFormat)
            {
                return Refuse(ErrorCode.InvalidRecord, "Only record format 2 (Produce v3 and later) is stored.");
            }

            if (!_node.TryGetPartition(topic, index, out var partition))
            {
                return Refuse(_node.WhyAbsent(topic, index), null);
            }

            return partition.ProduceAsync(command);
        }
#pragma warning disable CA1031 // One partition's fault must not take the answers of the others with it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFault(context.Logger, fault, topic, index);
            return Refuse(ErrorCode.UnknownServerError, null);
        }
    }

    private static ValueTask<ProduceResult> Refuse(ErrorCode error, string? message) =>
        new(new ProduceResult(error, Message: message));

    private async ValueTask<Response> FinishAsync(ProduceAnswer answer, RequestContext request)
    {
        for (var index = 0; index < answer.Count; index++)
        {
            _meter.Failed(await answer.SettleAsync(index).ConfigureAwait(false));
        }

        if (answer.Acks == 0)
        {
            return answer.HasError ? Response.Close : Response.None;
        }

        return answer.Write(
            request, _node.Cluster,
            prefersClose: request.Version < FirstVersionWithLeaders && _node.IsLeaving && answer.IsMisdirected);
    }

    [LoggerMessage(EventId = 3200, Level = LogLevel.Error, Message = "Produce to {Topic}-{Partition} failed.")]
    private static partial void LogFault(ILogger logger, Exception fault, string topic, int partition);
}
