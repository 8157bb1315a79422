using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Moving;

/// <summary>One partition that shall have other replicas.</summary>
/// <param name="Partition">Which.</param>
/// <param name="Leader">Who leads it now; -1 for nobody.</param>
/// <param name="From">The brokers that hold it now.</param>
/// <param name="To">The brokers that shall, the preferred leader first.</param>
internal sealed record Move(TopicPartition Partition, int Leader, IReadOnlyList<int> From, IReadOnlyList<int> To)
{
    /// <summary>The brokers that must copy it.</summary>
    public IEnumerable<int> Copying => To.Except(From);
}

/// <summary>Moves that are shown before they are made.</summary>
internal sealed class MovePlan(IReadOnlyList<Move> moves, IReadOnlyDictionary<(int, TopicPartition), long> sizes)
{
    public IReadOnlyList<Move> Moves => moves;

    /// <summary>How many bytes of one partition are to be copied, as far as that is known.</summary>
    public long BytesOf(Move move) =>
        sizes.GetValueOrDefault((move.Leader, move.Partition)) * move.Copying.Count();

    /// <summary>How many bytes are to be copied in all.</summary>
    public long Bytes => moves.Sum(BytesOf);

    /// <summary>Asks how large the partitions are.</summary>
    public static async Task<MovePlan> MeasureAsync(
        KafkaClient client, IReadOnlyList<Move> moves, CancellationToken cancel)
    {
        var sizes = moves.Any(move => move.Copying.Any())
            ? await SizesAsync(client, cancel).ConfigureAwait(false)
            : new Dictionary<(int, TopicPartition), long>();
        return new MovePlan(moves, sizes);
    }

    /// <summary>The bytes of each replica, by broker and partition.</summary>
    public static async Task<IReadOnlyDictionary<(int Broker, TopicPartition Partition), long>> SizesAsync(
        KafkaClient client, CancellationToken cancel)
    {
        var sizes = new Dictionary<(int, TopicPartition), long>();
        foreach (var directory in await client.Admin.DescribeLogDirsAsync(null, cancel).ConfigureAwait(false))
        {
            foreach (var replica in directory.Replicas.Where(replica => !replica.IsFuture))
            {
                sizes[(directory.BrokerId, replica.Partition)] = replica.SizeInBytes;
            }
        }

        return sizes;
    }

    public void Write(bool asJson)
    {
        var table = new TextTable("topic", "partition", "leader", "replicas", "new replicas", "bytes to copy");
        foreach (var move in moves)
        {
            table.Add(
                move.Partition.Topic,
                move.Partition.Partition,
                move.Leader < 0 ? null : move.Leader,
                move.From,
                move.To,
                BytesOf(move));
        }

        table.Write(asJson);
    }
}
