using System.Diagnostics;
using ActorBroker.Chaos.Checking;
using ActorBroker.Client;

namespace ActorBroker.Chaos.Workload;

/// <summary>Our client's idempotent producer: a few records to the partitions in turn, at a steady pace.</summary>
internal sealed class OwnProducer(
    KafkaClient client, string topic, Recorder recorder, string name, TimeSpan deliveryTimeout, int recordsPerTurn)
    : IWorker
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(10);

    // More would only wait: while a partition has no leader, what is sent to it stays.
    private const int UnderWayMax = 2000;
    private int _underWay;

    public string Name => name;

    public string? Reader => null;

    public async Task RunAsync(CancellationToken stop)
    {
        var log = recorder.NewProducer();
        var producer = client.CreateProducer(
            Serializers.Ignore, Serializers.Utf8, new ProducerOptions { DeliveryTimeout = deliveryTimeout });
        var next = 0;
        while (!stop.IsCancellationRequested)
        {
            for (var i = 0; i < recordsPerTurn && Volatile.Read(ref _underWay) < UnderWayMax; i++)
            {
                await SendAsync(producer, log, next++ % recorder.Partitions);
            }

            await Task.Delay(Turn, CancellationToken.None);
        }

        // Delivers what is still under way; what each record was told arrives a moment later.
        await producer.DisposeAsync();
        for (var began = Stopwatch.GetTimestamp();
            Volatile.Read(ref _underWay) > 0 && Stopwatch.GetElapsedTime(began) < SettlePatience;)
        {
            await Task.Delay(Turn, CancellationToken.None);
        }
    }

    private async Task SendAsync(Producer<Ignore, string?> producer, ProducerRecorder log, int partition)
    {
        var id = log.Sent(partition);
        try
        {
            var pending = await producer.SendAsync(
                topic, new Message<Ignore, string?>(default, id.ToValue()) { Partition = partition });
            Interlocked.Increment(ref _underWay);
            _ = SettleAsync(pending, log, id);
        }
        catch (KafkaException failure)
        {
            recorder.Remark($"{Name}: {id} could not be sent: {failure.Message}");
        }
    }

    private async Task SettleAsync(PendingRecord pending, ProducerRecorder log, RecordId id)
    {
        try
        {
            log.Acknowledged(id, (await pending.DeliveredAsync()).Offset);
        }
        catch (KafkaException failure)
        {
            // Whether it was stored before it failed is not known: the outcome stays open.
            recorder.Remark($"{Name}: {id} is not acknowledged: {failure.Message}");
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
