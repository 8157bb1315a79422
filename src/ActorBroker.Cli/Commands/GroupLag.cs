// A broker of Kafka's tells nothing of lag, so the tool computes it as such a broker's own tools do: the end of each
// partition less the committed offset. The seconds come from the record at that offset, which is read.
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary>How far behind a group is in one partition; null is what is not known.</summary>
/// <param name="End">Where everything is read.</param>
/// <param name="Records">Offsets that are left to read; what retention removed does not count any more.</param>
/// <param name="Seconds">The age of the first record that is left to read, in whole seconds.</param>
internal readonly record struct GroupLag(long? End, long? Records, long? Seconds)
{
    /// <summary>The lag in everything that is committed or assigned, by topic and partition.</summary>
    public static async Task<SortedDictionary<TopicPartition, GroupLag>> ComputeAsync(
        KafkaClient client,
        GroupDescription group,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed,
        CancellationToken cancel)
    {
        var lags = new SortedDictionary<TopicPartition, GroupLag>(PartitionOrder);
        foreach (var partition in committed.Keys.Concat(group.Members.SelectMany(member => member.Assignment)))
        {
            lags[partition] = default;
        }

        var there = await Existing(client, lags.Keys, cancel).ConfigureAwait(false);
        var starts = await client.Admin.ListOffsetsAsync(there, OffsetSpec.Earliest, cancel).ConfigureAwait(false);
        var ends = await client.Admin.ListOffsetsAsync(there, OffsetSpec.Latest, cancel).ConfigureAwait(false);
        var unread = new Dictionary<TopicPartition, long>();
        foreach (var partition in there)
        {
            var end = ends[partition].Offset;
            if (!committed.TryGetValue(partition, out var offset))
            {
                lags[partition] = new GroupLag(end, null, null);
                continue;
            }

            var next = Math.Max(offset.Offset, starts[partition].Offset);
            lags[partition] = new GroupLag(end, Math.Max(0, end - next), next < end ? null : 0);
            if (next < end)
            {
                unread[partition] = next;
            }
        }

        var nowMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (var (partition, record) in
            await client.Admin.FindRecordsAsync(unread, cancel).ConfigureAwait(false))
        {
            if (record.TimestampMs >= 0)
            {
                lags[partition] = lags[partition] with { Seconds = Math.Max(0, nowMs - record.TimestampMs) / 1000 };
            }
        }

        return lags;
    }

    /// <summary>Those that are not deleted meanwhile.</summary>
    public static async Task<List<TopicPartition>> Existing(
        KafkaClient client, IEnumerable<TopicPartition> partitions, CancellationToken cancel)
    {
        var topics = (await client.Admin.ListTopicsAsync(cancel).ConfigureAwait(false))
            .ToDictionary(topic => topic.Name, topic => topic.Partitions.Count);
        return [.. partitions.Where(each => each.Partition < topics.GetValueOrDefault(each.Topic))];
    }

    private static Comparer<TopicPartition> PartitionOrder { get; } = Comparer<TopicPartition>.Create((x, y) =>
        string.CompareOrdinal(x.Topic, y.Topic) is var order && order != 0 ? order : x.Partition - y.Partition);
}
