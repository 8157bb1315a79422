using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using ActorBroker.Client.Telemetry;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>What a producer tells OpenTelemetry, by its messaging conventions.</summary>
public sealed class ProducerTelemetryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sent_record_has_a_span_whose_context_travels_in_its_headers()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var parent = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        using var listener = Listen(ended, parent.TraceId);
        await using var cluster = new ScriptedCluster();
        await using var client = cluster.NewClient();
        await using var producer = client.CreateProducer(Serializers.Utf8, Serializers.Utf8);
        await producer.ProduceAsync("t", new Message<string?, string?>("k", "v"), Cancel);

        Assert.Same(parent, Activity.Current);
        var span = Assert.Single(ended);
        Assert.Equal("send t", span.OperationName);
        Assert.Equal(ActivityKind.Producer, span.Kind);
        Assert.Equal(parent.SpanId, span.ParentSpanId);
        Assert.Equal("kafka", span.GetTagItem("messaging.system"));
        Assert.Equal("send", span.GetTagItem("messaging.operation.type"));
        Assert.Equal("t", span.GetTagItem("messaging.destination.name"));
        Assert.Equal("0", span.GetTagItem("messaging.destination.partition.id"));
        Assert.Equal(0L, span.GetTagItem("messaging.kafka.offset"));
        Assert.Contains("traceparent", cluster.NewestHeaders);
    }

    [Fact]
    public async Task A_record_that_fails_ends_its_span_with_the_brokers_error()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var parent = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        using var listener = Listen(ended, parent.TraceId);
        await using var cluster = new ScriptedCluster();
        cluster.Refusals.Enqueue(ErrorCode.InvalidRecord);
        await using var client = cluster.NewClient();
        await using var producer = client.CreateProducer(Serializers.Utf8, Serializers.Utf8);
        await Assert.ThrowsAsync<BrokerErrorException>(
            () => producer.ProduceAsync("t", new Message<string?, string?>("k", "v"), Cancel));

        var span = Assert.Single(ended);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("INVALID_RECORD", span.GetTagItem("error.type"));
    }

    [Fact]
    public void A_context_is_read_back_from_the_headers()
    {
        using var span = new Activity("send").SetIdFormat(ActivityIdFormat.W3C).Start();
        var headers = RecordTracing.Inject(span, [new RecordHeader("other", Encoding.UTF8.GetBytes("x"))]);

        Assert.True(RecordTracing.TryExtract(headers, out var context));
        Assert.Equal(span.TraceId, context.TraceId);
        Assert.Equal(span.SpanId, context.SpanId);
        Assert.True(context.IsRemote);
        Assert.False(RecordTracing.TryExtract([], out _));
    }

    [Fact]
    public async Task Sent_records_are_counted_with_their_topic_and_how_they_ended()
    {
        var counted = new ConcurrentQueue<(long Records, string? Error)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == ClientTelemetry.Name
                && instrument.Name == "messaging.client.sent.messages")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        await using var cluster = new ScriptedCluster(partitions: 88);
        listener.SetMeasurementEventCallback<long>((_, records, tags, _) =>
        {
            // Other tests may run beside this one; no other uses this partition.
            var all = tags.ToArray().ToDictionary();
            if (all["messaging.destination.partition.id"] is "87")
            {
                counted.Enqueue((records, (string?)all.GetValueOrDefault("error.type")));
            }
        });
        listener.Start();
        await using var client = cluster.NewClient();
        await using var producer = client.CreateProducer(
            Serializers.Utf8, Serializers.Utf8, new ProducerOptions { Linger = TimeSpan.FromHours(1) });
        var message = new Message<string?, string?>("k", "v") { Partition = 87 };
        for (var i = 0; i < 7; i++)
        {
            await producer.SendAsync("t", message, Cancel);
        }

        await producer.FlushAsync(Cancel);
        cluster.Refusals.Enqueue(ErrorCode.InvalidRecord);
        await producer.SendAsync("t", message, Cancel);
        await Assert.ThrowsAsync<BrokerErrorException>(() => producer.FlushAsync(Cancel));

        Assert.Equal([(7, null), (1, "INVALID_RECORD")], counted);
    }

    private static ActivityListener Listen(ConcurrentQueue<Activity> ended, ActivityTraceId trace)
    {
        // Only this test's trace is sampled, so that tests beside it are left alone.
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ClientTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.Parent.TraceId == trace
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.None,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
