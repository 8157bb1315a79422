using System.Buffers.Text;
using System.Globalization;
using ActorBroker.Core.Catalogue;

namespace ActorBroker.Broker.Catalogue;

// The cluster itself, its brokers and the epochs of their lives.
internal sealed partial class ClusterCatalogue
{
    /// <summary>Names a broker's document.</summary>
    public static CatalogueKey BrokerKey(int brokerId) =>
        new(Brokers, brokerId.ToString(CultureInfo.InvariantCulture));

    /// <summary>The id of a cluster whose catalogue is shared; whoever asks first chooses it.</summary>
    public string TakeClusterId()
    {
        while (true)
        {
            if (documents.Read(ClusterIds) is { } document)
            {
                return Deserialize(document, CatalogueJson.Default.ClusterIdBody).ClusterId;
            }

            var id = Base64Url.EncodeToString(Guid.NewGuid().ToByteArray(bigEndian: true));
            documents.TryWrite(
                ClusterIds, 0, Serialize(new ClusterIdBody(id), CatalogueJson.Default.ClusterIdBody));
        }
    }

    /// <summary>An epoch that is larger than all that were taken before.</summary>
    public long TakeBrokerEpoch()
    {
        while (true)
        {
            var document = documents.Read(BrokerEpochs);
            var epoch = document is null
                ? 1
                : Deserialize(document, CatalogueJson.Default.BrokerEpochBody).Epoch + 1;
            var body = Serialize(new BrokerEpochBody(epoch), CatalogueJson.Default.BrokerEpochBody);
            if (documents.TryWrite(BrokerEpochs, document?.Version ?? 0, body))
            {
                return epoch;
            }
        }
    }

    /// <summary>Every registered broker.</summary>
    public IReadOnlyList<BrokerRegistration> ListBrokers() => [.. documents.List(Brokers).Select(ToRegistration)];

    /// <summary>A broker, or null.</summary>
    public BrokerRegistration? ReadBroker(int brokerId) =>
        documents.Read(BrokerKey(brokerId)) is { } document ? ToRegistration(document) : null;

    /// <summary>
    /// Writes a broker's registration in place of the version that it names (0: it is new); false when somebody was
    /// faster.
    /// </summary>
    public bool TryWriteBroker(BrokerRegistration broker)
    {
        var body = new BrokerBody(
            broker.Id,
            broker.Epoch,
            broker.Rack,
            [.. broker.Endpoints.Select(static each => new EndpointBody(each.Listener, each.Host, each.Port))],
            broker.ReplicaEndpoint,
            broker.IsDraining);
        return documents.TryWrite(
            BrokerKey(broker.Id), broker.Version, Serialize(body, CatalogueJson.Default.BrokerBody));
    }

    /// <summary>Forgets a broker; false when somebody was faster.</summary>
    public bool TryDeleteBroker(BrokerRegistration broker) => documents.TryDelete(BrokerKey(broker.Id), broker.Version);

    private static BrokerRegistration ToRegistration(CatalogueDocument document)
    {
        var body = Deserialize(document, CatalogueJson.Default.BrokerBody);
        return new BrokerRegistration(
            body.Id,
            body.Epoch,
            document.Version,
            body.Rack,
            [
                .. (body.Endpoints ?? [])
                    .Select(static each => new AdvertisedEndpoint(each.Listener, each.Host, each.Port)),
            ],
            body.ReplicaEndpoint,
            body.IsDraining);
    }
}
