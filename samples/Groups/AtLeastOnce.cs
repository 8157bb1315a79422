using ActorBroker.Client;

namespace Groups;

/// <summary>
/// At least once, which is the default: a record is committed when its processing has ended. A member that crashes
/// leaves the records since its last commit to the next one, which processes some of them again.
/// </summary>
internal static class AtLeastOnce
{
    public static async Task RunAsync(KafkaClient client, string topic, CancellationToken cancel)
    {
        await using var consumer = client.CreateConsumer(
            Deserializers.Utf8, Deserializers.Utf8, new ConsumerOptions
            {
                GroupId = "samples-at-least-once",
                AutoOffsetReset = AutoOffsetReset.Earliest,
            });
        consumer.Subscribe([topic], Assignments.Told);
        await foreach (var record in consumer.ReadAllAsync(cancel))
        {
            Console.WriteLine($"{record.TopicPartition}@{record.Offset} {record.Key}: {record.Value}");

            // Asking for the next record says that this one is processed; auto-commit does the rest.
        }
    }
}
