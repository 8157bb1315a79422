using System.Collections.Immutable;
using ActorBroker.Broker.Background;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Groups;

namespace ActorBroker.Broker;

/// <summary>What the services of one broker share.</summary>
internal sealed class BrokerState(
    int brokerId, long brokerEpoch, BrokerConfig config, ClusterCatalogue catalogue, ClusterState cluster,
    PartitionManager partitions, FolderRemovals removals)
{
    private readonly BrokerConfig _started = config;
    private BrokerConfig _config = config;
    private ImmutableDictionary<string, GroupOverrides> _groupOverrides =
        ImmutableDictionary<string, GroupOverrides>.Empty;

    public int BrokerId => brokerId;

    /// <summary>The epoch of this broker's life (KIP-903).</summary>
    public long BrokerEpoch => brokerEpoch;

    public ClusterCatalogue Catalogue => catalogue;

    public ClusterState Cluster => cluster;

    public PartitionManager Partitions => partitions;

    /// <summary>Folders of deleted topics that are to be removed.</summary>
    public FolderRemovals Removals => removals;

    /// <summary>The settings in force; any thread.</summary>
    public BrokerConfig Config => Volatile.Read(ref _config);

    /// <summary>
    /// Takes over what the catalogue says about settings made at run time, and passes it on to every topic.
    /// </summary>
    public void ApplyDynamicConfigs()
    {
        var defaults = catalogue.ReadConfigs(null).Configs;
        var own = catalogue.ReadConfigs(brokerId).Configs;
        Volatile.Write(ref _config, WithDynamic(defaults, own));
        partitions.Replication.SetRates(Config);
        foreach (var topic in cluster.Image.TopicsByName.Values)
        {
            partitions.Update(topic, Config.ForTopic(topic.Configs));
        }
    }

    /// <summary>What consumer groups have set for themselves, by group id; any thread.</summary>
    public ImmutableDictionary<string, GroupOverrides> GroupOverrides => Volatile.Read(ref _groupOverrides);

    /// <summary>Takes over what the catalogue says about consumer groups' settings.</summary>
    public void ApplyGroupConfigs() => Volatile.Write(
        ref _groupOverrides,
        catalogue.ListGroupConfigs().Where(static group => group.Configs.Count > 0)
            .ToImmutableDictionary(
                static group => group.GroupId, static group => BrokerConfig.ForGroup(group.Configs)));

    /// <summary>The settings as they would be with these made at run time.</summary>
    public BrokerConfig WithDynamic(
        ImmutableSortedDictionary<string, string> defaults, ImmutableSortedDictionary<string, string> own) =>
        _started.WithDynamic(defaults, own);
}
