using System.Buffers.Binary;
using ActorBroker.Chaos.Checking;
using ActorBroker.Chaos.Harness;
using ActorBroker.TestSupport;

namespace ActorBroker.Chaos.Tests;

/// <summary>Logs on disk: compared, and damaged where they are not durable.</summary>
public sealed class ReplicaComparerTests : IDisposable
{
    private const string Partition = "numbers-0";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Equal_logs_are_equal_however_they_are_cut_into_segments()
    {
        Log(1, [Batch(0), Batch(5), Batch(9)]);
        Log(2, [Batch(0)], [Batch(5), Batch(9)]);

        var (differences, batches) = Compare(1, 2);

        Assert.Empty(differences);
        Assert.Equal(3, batches);
    }

    [Fact]
    public void A_longer_log_is_compared_up_to_the_end_of_the_shorter_one()
    {
        Log(1, [Batch(0), Batch(5), Batch(9)]);
        Log(2, [Batch(0), Batch(5)]);

        var (differences, batches) = Compare(1, 2);

        Assert.Empty(differences);
        Assert.Equal(2, batches);
    }

    [Fact]
    public void One_byte_is_a_difference()
    {
        Log(1, [Batch(0), Batch(5)]);
        Log(2, [Batch(0), Batch(5)]);
        Log(3, [Batch(0), Batch(5, filling: 8)]);

        var (differences, _) = Compare(1, 2, 3);

        Assert.Contains("brokers 1 and 3 differ in their batch 1, at 5 and 5", Assert.Single(differences));
    }

    [Fact]
    public void A_replica_without_a_log_is_a_difference()
    {
        Log(1, [Batch(0)]);

        var (differences, _) = Compare(1, 2);

        Assert.Contains("broker 2 has no log", Assert.Single(differences));
    }

    [Fact]
    public void A_batch_that_is_not_whole_ends_the_log()
    {
        Log(1, [Batch(0), Batch(5)[..^1]]);

        Assert.Single(LogFiles.Batches(Path.Combine(Data(1), Partition)));
    }

    [Fact]
    public void Only_what_is_not_durable_is_damaged()
    {
        Log(1, [Batch(0), Batch(5), Batch(9)]);
        var file = Directory.GetFiles(Path.Combine(Data(1), Partition)).Single();
        var before = File.ReadAllBytes(file);
        File.WriteAllText(Path.Combine(Data(1), "recovery-point-offset-checkpoint"), "0\n1\nnumbers 0 5\n");

        var damage = TailDamage.Inflict(Data(1), "numbers", new Random(1));

        Assert.StartsWith(Partition, damage);
        var after = File.ReadAllBytes(file);
        Assert.NotEqual(before, after);
        Assert.Equal(before[..Batch(0).Length], after[..Batch(0).Length]);
    }

    [Fact]
    public void Where_all_is_durable_nothing_is_damaged()
    {
        Log(1, [Batch(0), Batch(5)]);
        File.WriteAllText(Path.Combine(Data(1), "recovery-point-offset-checkpoint"), "0\n1\nnumbers 0 9\n");

        Assert.Null(TailDamage.Inflict(Data(1), "numbers", new Random(1)));
    }

    /// <summary>Base offset, size, and as much behind it: all that is looked at of a batch.</summary>
    private static byte[] Batch(long baseOffset, byte filling = 7)
    {
        var batch = new byte[100];
        batch.AsSpan(12).Fill(filling);
        BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), batch.Length - 12);
        return batch;
    }

    private string Data(int broker) => _folder[$"data-{broker}"];

    private void Log(int broker, params byte[][][] segments)
    {
        var partition = Directory.CreateDirectory(Path.Combine(Data(broker), Partition)).FullName;
        foreach (var segment in segments)
        {
            var name = BinaryPrimitives.ReadInt64BigEndian(segment[0]).ToString("D20", null);
            File.WriteAllBytes(Path.Combine(partition, name + ".log"), [.. segment.SelectMany(batch => batch)]);
        }
    }

    private (IReadOnlyList<string> Differences, int Batches) Compare(params int[] brokers) =>
        ReplicaComparer.Compare(brokers.ToDictionary(id => id, Data), Partition);
}
