using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Consuming;

/// <summary>Where to begin reading, before it is known what the partitions hold.</summary>
internal abstract record StartChoice
{
    /// <summary>Finds the offsets, with few requests for many partitions.</summary>
    public static async Task<IReadOnlyList<PartitionRange>> ResolveAsync(
        AdminClient admin, IReadOnlyList<TopicPartition> partitions, StartChoice choice, bool exitAtEnd,
        CancellationToken cancel)
    {
        var first = await admin.ListOffsetsAsync(partitions, OffsetSpec.Earliest, cancel).ConfigureAwait(false);
        var end = await admin.ListOffsetsAsync(partitions, OffsetSpec.Latest, cancel).ConfigureAwait(false);
        var found = choice is Since since
            ? await admin.ListOffsetsAsync(partitions, OffsetSpec.AtTime(since.Time), cancel).ConfigureAwait(false)
            : null;
        return [.. partitions.Select(partition =>
        {
            var (from, to) = (first[partition].Offset, end[partition].Offset);
            var start = choice switch
            {
                Beginning => from,
                Newest newest => Math.Max(from, to - newest.Count),
                Since => found![partition].Offset is >= 0 and var offset ? offset : to,
                Exactly exactly => Within(exactly.Offset, from, to, partition),
                _ => to,
            };
            return new PartitionRange(partition.Partition, start, exitAtEnd ? to : null);
        })];
    }

    private static long Within(long offset, long from, long to, TopicPartition partition) =>
        offset >= from && offset <= to
            ? offset
            : throw new UsageException(
                $"--offset {offset}: partition {partition.Partition} has offsets {from} to {to}, where it ends.");

    /// <summary>With the oldest record.</summary>
    public sealed record Beginning : StartChoice;

    /// <summary>With the newest records of each partition; none of them for what is still to come.</summary>
    public sealed record Newest(long Count) : StartChoice;

    /// <summary>With the first record of a time or later.</summary>
    public sealed record Since(DateTimeOffset Time) : StartChoice;

    /// <summary>At an offset.</summary>
    public sealed record Exactly(long Offset) : StartChoice;
}
