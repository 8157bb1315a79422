using System.Collections.Immutable;
using ActorBroker.Broker.Background;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Configuration;

namespace ActorBroker.Broker;

/// <summary>What the services of one broker share.</summary>
internal sealed class BrokerState(
    int brokerId, BrokerConfig config, ClusterCatalogue catalogue, ClusterState cluster, PartitionManager partitions,
    FolderRemovals removals)
{
    private readonly BrokerConfig _started = config;
    private BrokerConfig _config = config;

    public int BrokerId => brokerId;

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
        foreach (var topic in cluster.Image.TopicsByName.Values)
        {
            partitions.Update(topic, Config.ForTopic(topic.Configs));
        }
    }

    /// <summary>The settings as they would be with these made at run time.</summary>
    public BrokerConfig WithDynamic(
        ImmutableSortedDictionary<string, string> defaults, ImmutableSortedDictionary<string, string> own) =>
        _started.WithDynamic(defaults, own);
}
