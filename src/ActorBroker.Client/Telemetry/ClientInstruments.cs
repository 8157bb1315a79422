using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ActorBroker.Client.Groups;
using ActorBroker.Client.Producing;

namespace ActorBroker.Client.Telemetry;

/// <summary>All meters of the client. Told once for each batch or request, never for each record.</summary>
/// <remarks>Tags are made only where somebody listens, hence the question before each measurement.</remarks>
internal static class ClientInstruments
{
    // The buckets that OpenTelemetry's conventions ask for, in seconds.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    private static readonly Counter<long> SentMessages = ClientTelemetry.Meter.CreateCounter<long>(
        "messaging.client.sent.messages", "{message}", "Records that producers tried to send, with how it ended.");

    private static readonly Counter<long> ConsumedMessages = ClientTelemetry.Meter.CreateCounter<long>(
        "messaging.client.consumed.messages", "{message}", "Records that consumers were given.");

    private static readonly Histogram<double> OperationDuration = ClientTelemetry.Meter.CreateHistogram(
        "messaging.client.operation.duration",
        "s",
        "From the call to its end; a send counts once a batch.",
        null,
        Seconds);

    private static readonly Histogram<double> RequestDuration = ClientTelemetry.Meter.CreateHistogram(
        "actorbroker.client.request.duration", "s", "From a request's place in line to its answer.", null, Seconds);

    private static readonly Counter<long> Retries = ClientTelemetry.Meter.CreateCounter<long>(
        "actorbroker.client.producer.retries", "{batch}", "Batches that were sent again.");

    private static readonly Counter<long> Handovers = ClientTelemetry.Meter.CreateCounter<long>(
        "actorbroker.client.consumer.handovers",
        "{partition}",
        "Partitions that a group assigned to its members, revoked from them, or that they lost.");

    private static readonly ConcurrentDictionary<ByteBudget, byte> Buffers = new();

    private static readonly ObservableUpDownCounter<long> BufferedBytes =
        ClientTelemetry.Meter.CreateObservableUpDownCounter(
            "actorbroker.client.producer.buffered",
            static () => Buffers.Keys.Sum(buffer => buffer.Used),
            "By",
            "Bytes of records that wait in producers for their delivery.");

    /// <summary>A batch of a producer was settled.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="records">Its records.</param>
    /// <param name="elapsed">Since its first record was taken.</param>
    /// <param name="failure">Why it failed; null where it is stored.</param>
    public static void Sent(string topic, int partition, int records, TimeSpan elapsed, Exception? failure)
    {
        if (SentMessages.Enabled || OperationDuration.Enabled)
        {
            var tags = MessagingTags.OfOperation("send", "send", topic, partition, failure);
            SentMessages.Add(records, tags);
            OperationDuration.Record(elapsed.TotalSeconds, tags);
        }
    }

    /// <summary>A consumer was given records of a partition.</summary>
    public static void Consumed(string topic, int partition, int records)
    {
        if (ConsumedMessages.Enabled)
        {
            ConsumedMessages.Add(records, MessagingTags.OfOperation("poll", "receive", topic, partition, null));
        }
    }

    /// <summary>True where somebody wants to know how long fetches take.</summary>
    public static bool MeasuresPolls => OperationDuration.Enabled;

    /// <summary>A fetch of a partition has ended.</summary>
    public static void Polled(string topic, int partition, TimeSpan elapsed, Exception? failure) =>
        OperationDuration.Record(
            elapsed.TotalSeconds, MessagingTags.OfOperation("poll", "receive", topic, partition, failure));

    /// <summary>A commit of offsets has ended.</summary>
    public static void Committed(string groupId, TimeSpan elapsed, Exception? failure)
    {
        if (OperationDuration.Enabled)
        {
            OperationDuration.Record(elapsed.TotalSeconds, MessagingTags.OfCommit(groupId, failure));
        }
    }

    /// <summary>Partitions came to a member of a group, or went.</summary>
    public static void HandedOver(string groupId, HandoverKind kind, int partitions)
    {
        if (Handovers.Enabled)
        {
            var name = kind switch
            {
                HandoverKind.Assign => "assigned",
                HandoverKind.Revoke => "revoked",
                _ => "lost",
            };
            Handovers.Add(
                partitions,
                new("messaging.system", MessagingTags.System),
                new("messaging.consumer.group.name", groupId),
                new("actorbroker.handover", name));
        }
    }

    /// <summary>True where somebody wants to know how long requests take.</summary>
    public static bool MeasuresRequests => RequestDuration.Enabled;

    /// <summary>A request was answered.</summary>
    public static void Answered(string api, string host, int port, TimeSpan elapsed) =>
        RequestDuration.Record(
            elapsed.TotalSeconds,
            new("messaging.system", MessagingTags.System),
            new("actorbroker.api", api),
            new("server.address", host),
            new("server.port", port));

    /// <summary>A batch goes out again.</summary>
    public static void Retried(string topic)
    {
        if (Retries.Enabled)
        {
            Retries.Add(1, new("messaging.system", MessagingTags.System), new("messaging.destination.name", topic));
        }
    }

    /// <summary>Counts a producer's buffer in, until it is unwatched.</summary>
    public static void Watch(ByteBudget buffer) => Buffers.TryAdd(buffer, 0);

    /// <summary>Counts a disposed producer's buffer out.</summary>
    public static void Unwatch(ByteBudget buffer) => Buffers.TryRemove(buffer, out _);
}
