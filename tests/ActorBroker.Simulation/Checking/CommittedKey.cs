using System.Collections.Immutable;
using ActorBroker.Core.Coordinators;
using ActorBroker.Core.Topics;
using ActorBroker.Records;
using ActorBroker.Simulation.Cluster;

namespace ActorBroker.Simulation.Checking;

/// <summary>
/// What is true of one group's offset in one partition: only one client commits it, and only ever a higher one.
/// </summary>
/// <remarks>
/// A coordinator that was deposed and has not heard of it may tell what was true in its time, as everywhere in Kafka.
/// So an answer counts for its own leader epoch and the later ones: within and after it the offset never goes back.
/// </remarks>
internal sealed class CommittedKey(World world, SimCluster cluster, string group, TopicPartition partition)
{
    /// <summary>The group.</summary>
    public string Group => group;

    public TopicPartition Partition => partition;

    /// <summary>The highest offset that the client has ever sent.</summary>
    public long Sent { get; private set; }

    /// <summary>By leader epoch the highest offset that a coordinator told of: as acknowledged, or as read.</summary>
    public ImmutableSortedDictionary<int, long> Told { get; private set; } =
        ImmutableSortedDictionary<int, long>.Empty;

    /// <summary>The client's next offset, which it is about to send.</summary>
    public long Next(int step) => Sent += step;

    /// <summary>A coordinator acknowledges a commit.</summary>
    public void Acknowledged(SimBroker broker, int leaderEpoch, long offset)
    {
        broker.Say($"has {this} committed at {offset} in epoch {leaderEpoch}", Ledger.Number);
        Tell(leaderEpoch, offset);
    }

    /// <summary>A coordinator tells of the offset to a client that has asked when others had told of so much.</summary>
    public void Read(SimBroker broker, int leaderEpoch, long offset, ImmutableSortedDictionary<int, long> toldBefore)
    {
        broker.Say($"tells that {this} is at {offset} in epoch {leaderEpoch}", Ledger.Number);
        var atLeast = toldBefore.Where(told => told.Key <= leaderEpoch)
            .Select(static told => told.Value).DefaultIfEmpty(0).Max();
        Require(
            offset >= atLeast,
            $"broker {broker.Id} tells in epoch {leaderEpoch} that {this} is at {offset}; it was at {atLeast}");
        Require(offset <= Sent, $"broker {broker.Id} tells that {this} is at {offset}; {Sent} was sent last");
        Tell(leaderEpoch, offset);
    }

    /// <summary>Nothing goes wrong any more: what the coordinator tells now is the highest ever told.</summary>
    public void CheckEnd(long? offset)
    {
        Require(offset is not null, $"nobody tells in the end where {this} is");
        var told = Told.Values.DefaultIfEmpty(0).Max();
        Require(offset >= told, $"{this} is at {offset} in the end; it was at {told}");
    }

    public override string ToString() => $"{group}'s {partition}";

    private PartitionLedger Ledger
    {
        get
        {
            var topic = cluster.Catalogue.Find(TopicNames.ConsumerOffsets)!;
            return cluster.LedgerOf(topic, CoordinatorHash.Partition(group, topic.Partitions.Length));
        }
    }

    private void Tell(int leaderEpoch, long offset) =>
        Told = Told.SetItem(leaderEpoch, Math.Max(offset, Told.GetValueOrDefault(leaderEpoch)));

    private void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new SimulationFailure(world, Ledger.Number, $"(10) {problem}");
        }
    }
}
