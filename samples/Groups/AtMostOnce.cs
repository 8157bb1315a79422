using ActorBroker.Client;

namespace Groups;

/// <summary>
/// At most once: a record is committed before it is processed. A member that crashes has lost what it was about to do,
/// and nobody does it twice.
/// </summary>
internal static class AtMostOnce
{
    public static async Task RunAsync(KafkaClient client, string topic, CancellationToken cancel)
    {
        await using var consumer = client.CreateConsumer(
            Deserializers.Utf8, Deserializers.Utf8, new ConsumerOptions
            {
                GroupId = "samples-at-most-once",
                EnableAutoCommit = false,
                AutoOffsetReset = AutoOffsetReset.Earliest,
            });
        consumer.Subscribe([topic], Assignments.Told);
        while (true)
        {
            var records = await consumer.PollAsync(TimeSpan.FromSeconds(1), cancel);
            await consumer.CommitAsync(cancel); // A commit that fails is thrown, and nothing of these is processed.
            foreach (var record in records)
            {
                Console.WriteLine($"{record.TopicPartition}@{record.Offset} {record.Key}: {record.Value}");
            }
        }
    }
}
