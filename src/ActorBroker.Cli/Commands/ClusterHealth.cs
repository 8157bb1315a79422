using System.Globalization;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary>How the partitions of a cluster are: who leads, and what lacks a replica, or a leader.</summary>
internal sealed class ClusterHealth
{
    private const string MinInSyncReplicas = "min.insync.replicas";

    private readonly Dictionary<int, (int Leads, int Prefers, int Holds)> _byBroker = [];

    /// <summary>Partitions in all.</summary>
    public int Partitions { get; private set; }

    /// <summary>Those that nobody leads.</summary>
    public int WithoutLeader { get; private set; }

    /// <summary>Those that have fewer replicas in sync than replicas.</summary>
    public int UnderReplicated { get; private set; }

    /// <summary>Those with too few replicas in sync for acks=all.</summary>
    public int UnderMinInSync { get; private set; }

    /// <summary>Those with a replica on a broker that is not there.</summary>
    public int WithOfflineReplicas { get; private set; }

    /// <summary>Those that are led by another than their preferred replica.</summary>
    public int NotPreferred { get; private set; }

    /// <summary>The partitions that lack something, by topic and number, with what it is.</summary>
    public List<(TopicPartition Partition, PartitionDescription State, string Problem)> Problems { get; } = [];

    /// <summary>How many partitions a broker leads, would lead if all were as preferred, and holds.</summary>
    public (int Leads, int Prefers, int Holds) Of(int broker) => _byBroker.GetValueOrDefault(broker);

    /// <summary>Asks for all topics, and for the settings of those where it matters.</summary>
    public static async Task<ClusterHealth> AskAsync(KafkaClient client, CancellationToken cancel)
    {
        var topics = await client.Admin.ListTopicsAsync(cancel).ConfigureAwait(false);

        var configs = await client.Admin.DescribeTopicConfigsAsync(
            topics.Select(topic => topic.Name), [MinInSyncReplicas], cancel).ConfigureAwait(false);
        var health = new ClusterHealth();
        foreach (var topic in topics)
        {
            var minimum = configs.TryGetValue(topic.Name, out var settings) && settings is [{ Value: { } value }] &&
                int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
                ? parsed
                : 1;
            var suspects = topic.Partitions.Any(Lacks)
                ? await client.Admin.DescribeTopicAsync(topic.Name, cancel).ConfigureAwait(false)
                : topic;
            foreach (var partition in suspects.Partitions)
            {
                health.Add(new TopicPartition(topic.Name, partition.Partition), partition, minimum);
            }
        }

        return health;
    }

    private static bool Lacks(PartitionDescription partition) =>
        partition.LeaderId < 0 || partition.InSyncReplicas.Count < partition.Replicas.Count;

    private void Add(TopicPartition key, PartitionDescription partition, int minimum)
    {
        Partitions++;
        Count(partition.LeaderId, leads: 1);
        Count(partition.Replicas.Count > 0 ? partition.Replicas[0] : -1, prefers: 1);
        foreach (var replica in partition.Replicas)
        {
            Count(replica, holds: 1);
        }

        NotPreferred += partition.Replicas.Count > 0 && partition.LeaderId != partition.Replicas[0] ? 1 : 0;
        WithOfflineReplicas += partition.OfflineReplicas.Count > 0 ? 1 : 0;
        if (partition.LeaderId < 0)
        {
            WithoutLeader++;
        }

        // More than there are replicas can't be asked for.
        minimum = Math.Min(minimum, partition.Replicas.Count);
        var below = partition.InSyncReplicas.Count < minimum;
        UnderMinInSync += below ? 1 : 0;
        var under = partition.InSyncReplicas.Count < partition.Replicas.Count;
        UnderReplicated += under ? 1 : 0;
        if (partition.LeaderId < 0 || below || under)
        {
            Problems.Add((key, partition, partition.LeaderId < 0 ? "no leader"
                : below ? $"{partition.InSyncReplicas.Count} in sync, {minimum} needed for acks=all"
                : "under-replicated"));
        }
    }

    private void Count(int broker, int leads = 0, int prefers = 0, int holds = 0)
    {
        if (broker >= 0)
        {
            var (led, preferred, held) = _byBroker.GetValueOrDefault(broker);
            _byBroker[broker] = (led + leads, preferred + prefers, held + holds);
        }
    }
}
