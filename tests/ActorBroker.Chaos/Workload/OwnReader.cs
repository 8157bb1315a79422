using ActorBroker.Chaos.Checking;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Chaos.Workload;

/// <summary>Our client's consumer by itself: all partitions by assignment, from the start on.</summary>
internal sealed class OwnReader(KafkaClient client, string topic, Recorder recorder) : IWorker
{
    public string Name => "our reader";

    public string? Reader => Name;

    public async Task RunAsync(CancellationToken stop)
    {
        await using var consumer = client.CreateConsumer(
            Deserializers.Ignore, Deserializers.Utf8, new ConsumerOptions { AutoOffsetReset = AutoOffsetReset.None });
        consumer.Assign(Enumerable.Range(0, recorder.Partitions).Select(partition =>
            KeyValuePair.Create(new TopicPartition(topic, partition), StartPosition.At(0))));
        var readings = Enumerable.Range(0, recorder.Partitions)
            .Select(partition => recorder.NewReading(Name, Name, partition)).ToArray();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var result in consumer.ReadAllAsync(stop))
                {
                    readings[result.Partition].Add(result.Offset, RecordId.FromValue(result.Value));
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (KafkaException failure)
            {
                // Whoever reads again goes on at the position; a reader that never gets further is found by that.
                recorder.Remark($"{Name}: {failure.GetType().Name}: {failure.Message}");
                await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
            }
        }
    }
}
