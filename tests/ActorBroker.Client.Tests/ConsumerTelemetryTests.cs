using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using ActorBroker.Client.Telemetry;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>What a consumer tells OpenTelemetry, by its messaging conventions.</summary>
public sealed class ConsumerTelemetryTests
{
    private static readonly TopicPartition Zero = new(LogCluster.Topic, 0);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Processing_a_record_has_a_span_that_links_to_its_producers()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ClientTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var sending = new Activity("send").SetIdFormat(ActivityIdFormat.W3C).Start();
        await using var cluster = new LogCluster();
        using (var builder = new RecordBatchBuilder())
        {
            builder.Append(1, null, Encoding.UTF8.GetBytes("v"), RecordTracing.Inject(sending, []));
            cluster.AppendBatch(0, builder.Build(RecordBatchOptions.Default).ToArray());
        }

        sending.Stop();
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(client);
        consumer.Assign(Zero, StartPosition.Earliest);
        var result = await consumer.ReadAllAsync(Cancel).FirstAsync(Cancel);
        using var processing = result.StartProcessing();

        Assert.NotNull(processing);
        Assert.Equal("process t", processing.OperationName);
        Assert.Equal(ActivityKind.Consumer, processing.Kind);
        Assert.Equal(sending.SpanId, Assert.Single(processing.Links).Context.SpanId);
        Assert.Equal(0L, processing.GetTagItem("messaging.kafka.offset"));
        Assert.Equal("actorbroker", processing.GetTagItem("messaging.client.id"));
    }

    [Fact]
    public async Task Records_that_were_given_out_are_counted_by_partition()
    {
        const int Partition = 37; // No other test reads it.
        var counted = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "messaging.client.consumed.messages")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if (tags.Contains(new("messaging.destination.partition.id", "37")))
            {
                Interlocked.Add(ref counted, count);
            }
        });
        listener.Start();
        await using var cluster = new LogCluster(partitions: Partition + 1);
        cluster.Append(Partition, "a", "b");
        cluster.Append(Partition, "c");
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(client);
        consumer.Assign(new TopicPartition(LogCluster.Topic, Partition), StartPosition.Earliest);
        Assert.Equal(3, (await ConsumerTests.TakeAsync(consumer, 3)).Count);
        Assert.Equal(3, counted);
    }
}
