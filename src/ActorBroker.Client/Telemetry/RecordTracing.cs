using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActorBroker.Records;

namespace ActorBroker.Client.Telemetry;

/// <summary>
/// Spans of single records, and the trace context that travels in a record's headers (<c>traceparent</c>,
/// <c>tracestate</c>, <c>baggage</c>).
/// </summary>
/// <remarks>Ask <see cref="IsListening"/> first: a record costs nothing where nobody listens.</remarks>
internal static class RecordTracing
{
    /// <summary>True where spans of single records are wanted.</summary>
    public static bool IsListening => ClientTelemetry.Source.HasListeners();

    /// <summary>Begins the span of a record to send; null where it is not sampled.</summary>
    public static Activity? StartSend(string topic, string clientId)
    {
        var activity = ClientTelemetry.Source.StartActivity($"send {topic}", ActivityKind.Producer);
        Describe(activity, "send", "send", topic, clientId);
        return activity;
    }

    /// <summary>Ends the span of a sent record.</summary>
    /// <param name="activity">The span.</param>
    /// <param name="partition">The record's partition.</param>
    /// <param name="offset">Its offset; -1 where it is not known.</param>
    /// <param name="failure">Why it failed; null where it is stored.</param>
    public static void EndSend(Activity activity, int partition, long offset, Exception? failure)
    {
        Place(activity, partition, offset);
        if (failure is not null)
        {
            activity.SetTag("error.type", MessagingTags.ErrorType(failure));
            activity.SetStatus(ActivityStatusCode.Error, failure.Message);
        }

        activity.Stop();
    }

    /// <summary>Begins the span of a record's processing: the producer's span is its link.</summary>
    /// <param name="topic">The record's topic.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="offset">Its offset.</param>
    /// <param name="clientId">The consumer's client id.</param>
    /// <param name="headers">The record's headers.</param>
    public static Activity? StartProcess(
        string topic, int partition, long offset, string clientId, IReadOnlyList<RecordHeader> headers)
    {
        ActivityLink[] links = TryExtract(headers, out var producer) ? [new ActivityLink(producer)] : [];
        var activity = ClientTelemetry.Source.StartActivity(
            ActivityKind.Consumer, links: links, name: $"process {topic}");
        Describe(activity, "process", "process", topic, clientId);
        if (activity is not null)
        {
            Place(activity, partition, offset);
        }

        return activity;
    }

    /// <summary>The headers with the span's context behind them.</summary>
    public static RecordHeader[] Inject(Activity activity, ReadOnlySpan<RecordHeader> headers)
    {
        var carrier = new List<RecordHeader>(headers.Length + 2);
        carrier.AddRange(headers);
        DistributedContextPropagator.Current.Inject(
            activity,
            carrier,
            static (carrier, name, value) =>
                ((List<RecordHeader>)carrier!).Add(new RecordHeader(name, Encoding.UTF8.GetBytes(value))));
        return [.. carrier];
    }

    /// <summary>Reads the context that a producer put in; false where there is none.</summary>
    public static bool TryExtract(IReadOnlyList<RecordHeader> headers, out ActivityContext context)
    {
        DistributedContextPropagator.Current.ExtractTraceIdAndState(
            headers,
            static (object? carrier, string name, out string? value, out IEnumerable<string>? values) =>
            {
                value = Find((IReadOnlyList<RecordHeader>)carrier!, name);
                values = null;
            },
            out var parent,
            out var state);
        context = default;
        return parent is not null && ActivityContext.TryParse(parent, state, isRemote: true, out context);
    }

    private static string? Find(IReadOnlyList<RecordHeader> headers, string name)
    {
        // The last one counts, as a header that was added later overrides.
        for (var i = headers.Count - 1; i >= 0; i--)
        {
            if (headers[i].Key == name && headers[i].Value is { } value)
            {
                return Encoding.UTF8.GetString(value.Span);
            }
        }

        return null;
    }

    private static void Describe(Activity? activity, string name, string type, string topic, string clientId)
    {
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("messaging.system", MessagingTags.System);
            activity.SetTag("messaging.operation.name", name);
            activity.SetTag("messaging.operation.type", type);
            activity.SetTag("messaging.destination.name", topic);
            activity.SetTag("messaging.client.id", clientId);
        }
    }

    private static void Place(Activity activity, int partition, long offset)
    {
        activity.SetTag("messaging.destination.partition.id", partition.ToString(CultureInfo.InvariantCulture));
        if (offset >= 0)
        {
            activity.SetTag("messaging.kafka.offset", offset);
        }
    }
}
