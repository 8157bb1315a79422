using ActorBroker.Chaos.Checking;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Chaos.Workload;

/// <summary>Reads every partition from its start to its end, when nothing is written any more.</summary>
internal static class FinalReading
{
    public static async Task<IReadOnlyDictionary<int, IReadOnlyList<Seen>>> ReadAsync(
        string bootstrap, string topic, int partitions, CancellationToken cancel)
    {
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = bootstrap });
        await using var consumer = client.CreateConsumer(
            Deserializers.Ignore, Deserializers.Utf8,
            new ConsumerOptions { EnablePartitionEof = true, AutoOffsetReset = AutoOffsetReset.None });
        var left = Enumerable.Range(0, partitions).Select(each => new TopicPartition(topic, each)).ToHashSet();
        consumer.Assign(left.Select(each => KeyValuePair.Create(each, StartPosition.Earliest)));
        var records = Enumerable.Range(0, partitions).ToDictionary(each => each, _ => new List<Seen>());
        await foreach (var result in consumer.ReadAllAsync(cancel))
        {
            if (!result.IsPartitionEof)
            {
                records[result.Partition].Add(new Seen(result.Offset, RecordId.FromValue(result.Value)));
            }
            else if (left.Remove(result.TopicPartition) && left.Count == 0)
            {
                break;
            }
        }

        return records.ToDictionary(each => each.Key, each => (IReadOnlyList<Seen>)each.Value);
    }
}
