using ActorBroker.Broker.Catalogue;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using ActorBroker.Core.Configuration;

namespace ActorBroker.Broker.Cluster;

/// <summary>
/// The beginning of a broker's life in its cluster, before anybody counts on it: an epoch of its own (KIP-903), its
/// registration, and what it has to say about each replica that an earlier life of it left behind.
/// </summary>
internal static class BrokerLife
{
    /// <summary>Only this broker and administrators change a registration.</summary>
    private const int TriesMax = 100;

    /// <summary>Takes an epoch and registers; returns both lives, the new one and that before it, if any.</summary>
    public static (BrokerRegistration Now, BrokerRegistration? Before) Register(
        ClusterCatalogue catalogue, BrokerConfig config, string? replicaEndpoint)
    {
        var id = config.Get(BrokerKeys.BrokerId);
        var epoch = catalogue.TakeBrokerEpoch();
        for (var tries = 0; tries < TriesMax; tries++)
        {
            var before = catalogue.ReadBroker(id);
            var rack = config.Get(BrokerKeys.BrokerRack);
            var now = new BrokerRegistration(
                id, epoch, before?.Version ?? 0, rack, [], replicaEndpoint, IsDraining: false);
            if (catalogue.TryWriteBroker(now))
            {
                return (now, before);
            }
        }

        throw new CatalogueException($"the registration of broker {id} is changed by somebody else, again and again");
    }

    /// <summary>
    /// The adoption pass over all topics: see <see cref="PartitionStates.Adopt"/>. Ends with every document saying the
    /// truth about this broker.
    /// </summary>
    /// <param name="catalogue">The documents.</param>
    /// <param name="config">The settings in force.</param>
    /// <param name="now">The life that begins.</param>
    /// <param name="cleanEpoch">The epoch of the life before, if that one ended cleanly.</param>
    /// <param name="members">Who is a member now; this broker is not yet.</param>
    public static void Adopt(
        ClusterCatalogue catalogue, BrokerConfig config, BrokerRegistration now, long? cleanEpoch,
        IReadOnlyDictionary<int, long> members)
    {
        var view = new ClusterView(catalogue.ListBrokers(), members);
        catalogue.ChangeTopics(topic => topic.Adopt(
            now.Id, cleanEpoch, view, config.ForTopic(topic.Configs).MinInsyncReplicas));
    }

    /// <summary>Changes the registration of a life that is under way; false: there is a later life.</summary>
    public static bool TryUpdate(
        ClusterCatalogue catalogue, int brokerId, long epoch, Func<BrokerRegistration, BrokerRegistration> change)
    {
        for (var tries = 0; tries < TriesMax; tries++)
        {
            if (catalogue.ReadBroker(brokerId) is not { } broker || broker.Epoch != epoch)
            {
                return false;
            }

            if (catalogue.TryWriteBroker(change(broker)))
            {
                return true;
            }
        }

        return false;
    }
}
