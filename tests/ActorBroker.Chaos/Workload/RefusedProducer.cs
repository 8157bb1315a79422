using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Chaos.Workload;

/// <summary>
/// Sends records that every broker must refuse, for their time lies too far in the future, and good ones in between.
/// Nobody may ever read what was refused.
/// </summary>
internal sealed class RefusedProducer(KafkaClient client, string topic, Recorder recorder) : IWorker
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan TooFar = TimeSpan.FromDays(30);

    public string Name => "our producer of what is refused";

    public string? Reader => null;

    public async Task RunAsync(CancellationToken stop)
    {
        var log = recorder.NewProducer();
        await using var producer = client.CreateProducer(
            Serializers.Ignore, Serializers.Utf8,
            new ProducerOptions { DeliveryTimeout = TimeSpan.FromSeconds(10), Linger = TimeSpan.Zero });
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            await SendAsync(producer, log, partition: i / 2 % recorder.Partitions, isGood: i % 2 == 0);
            await Task.Delay(Turn, CancellationToken.None);
        }
    }

    private async Task SendAsync(
        Producer<Ignore, string?> producer, ProducerRecorder log, int partition, bool isGood)
    {
        var id = log.Sent(partition);
        var message = new Message<Ignore, string?>(default, id.ToValue())
        {
            Partition = partition,
            Timestamp = isGood ? null : DateTimeOffset.UtcNow + TooFar,
        };
        try
        {
            var stored = await producer.ProduceAsync(topic, message);
            log.Acknowledged(id, stored.Offset);
            if (!isGood)
            {
                recorder.Remark($"{Name}: {id} was stored, although it was to be refused");
            }
        }
        catch (BrokerErrorException refusal) when (!isGood && refusal.Code == ErrorCode.InvalidTimestamp)
        {
            log.Refused(id);
        }
        catch (KafkaException failure)
        {
            recorder.Remark($"{Name}: {id} is not acknowledged: {failure.Message}");
        }
    }
}
