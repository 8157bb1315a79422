using ActorBroker.Broker;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Configuration;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Gateway.Handlers.Fetching;
using ActorBroker.Protocol;
using ActorBroker.Protocol.HotPath;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;
using ActorBroker.Storage;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// Fetch v4-17: committed records only, whole stored batches. MinBytes and MaxWaitMs park the request; MaxBytes (at
/// most
/// <c>fetch.max.bytes</c>) bounds the reply, yet the first partition that has anything yields a batch. Sessions v7+,
/// leader epoch checks v9+, divergence v12+, topic ids v13+. Who names a rack (v11+) is sent to a replica in sync that
/// stands there, and may read from it (KIP-392). Up to v15, whose answers don't say where a leader is, a broker that
/// leaves closes the connection of whoever asks it for what it does not lead any more. Every caller is a consumer:
/// replicas don't fetch here, so ReplicaId gives no right to uncommitted records. Gap: v0-3, which would need batches
/// in formats that are no longer stored; Kafka 4.0 dropped them too.
/// </summary>
internal sealed class FetchHandler(HandlerContext context) : ApiHandler
{
    private const short FirstVersionWithEndpoints = 16;

    private readonly BrokerNode _node = context.Node;
    private readonly ApiMeter _meter = context.Instruments.Of(ApiKey.Fetch);
    private readonly FetchSessionCache _sessions =
        new(context.Node.Config.Get(BrokerKeys.FetchSessionSlots), context.Time);

    public override short FirstFlexibleVersion => FetchRequest.FirstFlexibleVersion;

    public override async ValueTask<Response> HandleAsync(RequestContext request)
    {
        var message = Decode(request);
        request.Frame.Dispose(); // A parked fetch must not hold a part of the budget that producers need.
        var plan = _sessions.Resolve(message, request.Version);
        if (plan.Error != ErrorCode.None)
        {
            return Reply(request, plan.Error, sessionId: 0, []);
        }

        var terms = Terms(message);
        using var work = new FetchWork(context, request.Version, terms, plan.Targets);
        await work.RunAsync(request.Connection.Closing).ConfigureAwait(false);
        return request.Version < FirstVersionWithEndpoints && _node.IsLeaving && Array.Exists(work.Rows, IsMisdirected)
            ? Response.Close
            : Compose(plan, work.Rows, request);
    }

    private static FetchRequest Decode(RequestContext request)
    {
        var reader = new KafkaReader(request.Body);
        var message = FetchRequest.Read(ref reader, request.Version);
        return reader.Faulted
            ? throw new BadRequestException($"its Fetch request v{request.Version} is malformed.")
            : message;
    }

    private FetchTerms Terms(FetchRequest message)
    {
        var maxBytes = Math.Clamp(message.MaxBytes, 0, _node.Config.Get(BrokerKeys.FetchMaxBytes));
        return new FetchTerms(
            Math.Min(message.MinBytes, maxBytes),
            maxBytes,
            TimeSpan.FromMilliseconds(Math.Max(message.MaxWaitMs, 0)),
            message.IsolationLevel == 0 ? IsolationLevel.ReadUncommitted : IsolationLevel.ReadCommitted,
            message.RackId);
    }

    private FetchReply Compose(FetchPlan plan, FetchRow[] rows, RequestContext request)
    {
        var session = plan.Session ?? (plan.OpensSession ? _sessions.TryOpen(plan) : null);
        if (session is null)
        {
            return Reply(request, ErrorCode.None, sessionId: 0, rows);
        }

        lock (session)
        {
            var news = new List<FetchRow>(plan.Session is null ? rows.Length : 4);
            foreach (var row in rows)
            {
                if (IsNews(row) || plan.Session is null)
                {
                    news.Add(row);
                    Remember(session, row);
                }
            }

            return Reply(request, ErrorCode.None, session.Id, news);
        }
    }

    private static bool IsMisdirected(FetchRow row) =>
        row.Result.Error is ErrorCode.NotLeaderOrFollower or ErrorCode.FencedLeaderEpoch;

    private static bool IsNews(FetchRow row) =>
        row.Bytes > 0 || row.IsFinal || row.Result.HighWatermark != row.Target.ToldHighWatermark ||
        row.Result.LogStartOffset != row.Target.ToldLogStart;

    private static void Remember(FetchSession session, FetchRow row)
    {
        // After an error nothing counts as told, so that the recovery is told even if the offsets are the old ones.
        var failed = row.Result.Error != ErrorCode.None;
        row.Target.ToldHighWatermark = failed ? -1 : row.Result.HighWatermark;
        row.Target.ToldLogStart = failed ? -1 : row.Result.LogStartOffset;
        if (row.Bytes > 0)
        {
            session.MoveToEnd(row.Target.Key);
        }
    }

    private FetchReply Reply(RequestContext request, ErrorCode error, int sessionId, IReadOnlyList<FetchRow> rows)
    {
        var frame = new FetchResponseWriter();
        var slices = new List<LogSlice>(rows.Count);
        var reply = new FetchReply(frame, slices);
        try
        {
            var leaders = new LeaderHints(_node.Cluster, request.Connection.Listener);
            var topics = TopicRuns(rows);
            frame.Begin(request.Version, request.Header.CorrelationId, 0, error, sessionId, topics.Count);
            var next = 0;
            foreach (var count in topics)
            {
                var first = rows[next];
                frame.BeginTopic(first.Target.Key.Topic ?? string.Empty, first.Target.Key.TopicId, count);
                for (var end = next + count; next < end; next++)
                {
                    _meter.Failed(rows[next].Result.Error);
                    Add(frame, slices, rows[next], request.Version, leaders);
                }
            }

            frame.End(Endpoints(leaders));
            return reply;
        }
        catch
        {
            reply.Dispose();
            throw;
        }
    }

    /// <summary>How many neighbouring rows are of one topic, run by run.</summary>
    private static List<int> TopicRuns(IReadOnlyList<FetchRow> rows)
    {
        var runs = new List<int>();
        for (var index = 0; index < rows.Count; index++)
        {
            var key = rows[index].Target.Key;
            if (index > 0 && rows[index - 1].Target.Key is var before &&
                before.Topic == key.Topic && before.TopicId == key.TopicId)
            {
                runs[^1]++;
            }
            else
            {
                runs.Add(1);
            }
        }

        return runs;
    }

    private static void Add(
        FetchResponseWriter frame, List<LogSlice> slices, FetchRow row, short version, LeaderHints leaders)
    {
        var nearer = row.NearerReplica;
        var result = row.Take();
        if (!result.Records.IsEmpty)
        {
            slices.Add(result.Records); // The reply owns the lease from here on.
        }

        var misdirected = result.Error is ErrorCode.NotLeaderOrFollower or ErrorCode.FencedLeaderEpoch;
        frame.AddPartition(
            new FetchedPartition
            {
                Index = row.Target.Key.Partition,
                ErrorCode = result.Error == ErrorCode.KafkaStorageError && version <= 5
                    ? ErrorCode.NotLeaderOrFollower
                    : result.Error,
                HighWatermark = result.HighWatermark,
                LastStableOffset = result.LastStableOffset,
                LogStartOffset = result.LogStartOffset,
                PreferredReadReplica = nearer,
                AbortedTransactions = result.Aborted?.Select(Aborted).ToList(),
                DivergingEpoch = result.Diverging is { } end
                    ? new FetchResponse.EpochEndOffset { Epoch = end.Epoch, EndOffset = end.EndOffset }
                    : null,
                CurrentLeader = misdirected && leaders.Find(row.Topic, row.Target.Key.Partition) is { } leader
                    ? new FetchResponse.LeaderIdAndEpoch { LeaderId = leader.Id, LeaderEpoch = leader.Epoch }
                    : null,
            },
            result.Records.Length);
    }

    private static FetchResponse.AbortedTransaction Aborted(AbortedTransaction aborted) =>
        new() { ProducerId = aborted.ProducerId, FirstOffset = aborted.FirstOffset };

    private static List<FetchResponse.NodeEndpoint>? Endpoints(LeaderHints leaders) =>
        leaders.Endpoints.Count == 0
            ? null
            : [.. leaders.Endpoints.Select(leader => new FetchResponse.NodeEndpoint
            {
                NodeId = leader.Broker.Id,
                Host = leader.Endpoint.Host,
                Port = leader.Endpoint.Port,
                Rack = leader.Broker.Rack,
            })];
}
