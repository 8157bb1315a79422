using ActorBroker.Protocol;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>
/// Random runs against a model: whatever is sought, paused, assigned, moved, cut and forgotten, each partition gives
/// out the record at its position, and no other.
/// </summary>
public sealed class ConsumerModelTests
{
    private const int Partitions = 5;
    private const int Brokers = 2;
    private const int Steps = 150;

    private readonly long?[] _positions = new long?[Partitions];
    private readonly bool[] _paused = new bool[Partitions];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 17, true)]
    [InlineData(2, 17, true)]
    [InlineData(3, 17, false)]
    [InlineData(4, 12, true)]
    [InlineData(5, 4, true)]
    public async Task Each_partition_gives_out_the_record_at_its_position(int seed, short version, bool offersSessions)
    {
        var random = new Random(seed);
        await using var cluster = new LogCluster(Brokers, Partitions, version) { OffersSessions = offersSessions };
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(client, new ConsumerOptions
        {
            MaxPartitionFetchBytes = 300,
            FetchMaxWait = TimeSpan.FromMilliseconds(20),
            AutoOffsetReset = AutoOffsetReset.None,
        });
        for (var step = 0; step < Steps; step++)
        {
            var partition = random.Next(Partitions);
            Change(random, cluster, consumer, partition);
            Disturb(random, cluster, partition);
            await ReadAsync(random.Next(1, 6), cluster, consumer, $"seed {seed}, step {step}");
        }

        Assert.Equal(_positions.Count(each => each is not null), consumer.Assignment.Count);
        await ReadAsync(int.MaxValue, cluster, consumer, $"seed {seed}, the rest");
    }

    private void Change(Random random, LogCluster cluster, Consumer<Ignore, string?> consumer, int index)
    {
        var id = new TopicPartition(LogCluster.Topic, index);
        var end = cluster.Logs[index].End;
        switch (random.Next(6))
        {
            case 0 when _positions[index] is not null:
                consumer.Seek(id, StartPosition.At((_positions[index] = random.NextInt64(end + 1)).Value));
                break;
            case 1 when _positions[index] is not null:
                consumer.Pause([id]);
                _paused[index] = true;
                break;
            case 2 when _positions[index] is not null:
                consumer.Resume([id]);
                _paused[index] = false;
                break;
            case 3 when _positions[index] is not null:
                consumer.IncrementalUnassign([id]);
                _positions[index] = null;
                break;
            case 3 or 4 when _positions[index] is null:
                _positions[index] = random.Next(2) == 0 ? 0 : random.NextInt64(end + 1);
                consumer.IncrementalAssign([KeyValuePair.Create(
                    id, _positions[index] == 0 ? StartPosition.Earliest : StartPosition.At(_positions[index]!.Value))]);
                _paused[index] = false;
                break;
            default:
                for (var i = random.Next(1, 5); i > 0; i--)
                {
                    var first = cluster.Logs[index].End;
                    var codec = random.Next(3) == 0 ? CompressionCodec.Gzip : CompressionCodec.None;
                    cluster.Append(index, new RecordBatchOptions { Codec = codec }, [.. Enumerable.Range(
                        0, random.Next(1, 8)).Select(each => $"{index}/{first + each}")]);
                }

                break;
        }
    }

    private static void Disturb(Random random, LogCluster cluster, int partition)
    {
        switch (random.Next(12))
        {
            case 0:
                cluster.MoveLeader(partition, random.Next(1, Brokers + 1));
                break;
            case 1:
                cluster.Brokers[random.Next(Brokers)].CutNextAnswer(ApiKey.Fetch, random.Next(1, 60));
                break;
            case 2:
                cluster.NextFetch(_ => null);
                break;
            case 3:
                cluster.NextFetch(_ => new() { ErrorCode = ErrorCode.InvalidFetchSessionEpoch });
                break;
            case 4:
                cluster.RefuseNextFetch(ErrorCode.NotLeaderOrFollower, partition);
                break;
            default:
                break;
        }
    }

    /// <summary>Reads at most so many records, and no more than there are.</summary>
    private async Task ReadAsync(int limit, LogCluster cluster, Consumer<Ignore, string?> consumer, string when)
    {
        var there = Enumerable.Range(0, Partitions).Where(each => !_paused[each] && _positions[each] is not null)
            .Sum(each => cluster.Logs[each].End - _positions[each]!.Value);
        var count = (int)Math.Min(limit, there);
        if (count == 0)
        {
            return;
        }

        await foreach (var result in consumer.ReadAllAsync(Cancel).Take(count))
        {
            var expected = _paused[result.Partition] ? null : _positions[result.Partition];
            Assert.True(
                result.Offset == expected, $"{when}: {result.TopicPartition} gave {result.Offset}, not {expected}.");
            Assert.Equal($"{result.Partition}/{result.Offset}", result.Value);
            _positions[result.Partition] = result.Offset + 1;
        }
    }
}
