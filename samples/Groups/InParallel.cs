using ActorBroker.Client;

namespace Groups;

/// <summary>
/// At least once, many records at a time: those of one key in order, and of each partition only what is processed
/// without a gap is committed.
/// </summary>
internal static class InParallel
{
    private static readonly TimeSpan WorkTime = TimeSpan.FromMilliseconds(20);

    public static async Task RunAsync(KafkaClient client, string topic, CancellationToken cancel)
    {
        await using var consumer = client.CreateConsumer(
            Deserializers.Utf8, Deserializers.Utf8, new ConsumerOptions
            {
                GroupId = "samples-parallel",
                AutoOffsetReset = AutoOffsetReset.Earliest,
            });
        consumer.Subscribe([topic], Assignments.Told);
        await consumer.ConsumeParallelAsync(
            async (record, token) =>
            {
                await Task.Delay(WorkTime, token); // As a call to another service would take.
                Console.WriteLine($"{record.TopicPartition}@{record.Offset} {record.Key}: {record.Value}");
            },
            new ParallelConsumeOptions { Degree = 32, Order = ProcessingOrder.Key },
            cancel);
    }
}
