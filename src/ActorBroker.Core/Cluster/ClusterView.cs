using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Topics;

namespace ActorBroker.Core.Cluster;

/// <summary>
/// What one broker knows of all brokers at one moment: the registrations of the catalogue beside what membership says.
/// It never changes; news make a new one. It may be out of date: whoever decides by it loses a compare-and-set, or
/// records an epoch that does not count.
/// </summary>
public sealed class ClusterView
{
    private readonly Dictionary<int, Broker> _brokers = [];

    /// <summary>Puts both sides together.</summary>
    /// <param name="registrations">The brokers of the catalogue.</param>
    /// <param name="live">Who is alive by membership, and the epoch that each announces.</param>
    public ClusterView(IEnumerable<BrokerRegistration> registrations, IReadOnlyDictionary<int, long> live)
    {
        ArgumentNullException.ThrowIfNull(registrations);
        ArgumentNullException.ThrowIfNull(live);
        foreach (var broker in registrations)
        {
            // One that announces another epoch than the registered one is just coming or going: not alive.
            var isLive = live.TryGetValue(broker.Id, out var announced) && announced == broker.Epoch;
            _brokers[broker.Id] = new Broker(broker.Epoch, isLive, broker.IsDraining, broker.Rack);
            HasDraining |= broker.IsDraining;
        }
    }

    /// <summary>At least one broker is draining.</summary>
    public bool HasDraining { get; }

    /// <summary>The live brokers that may get new replicas, by id.</summary>
    public IReadOnlyList<PlacementBroker> PlacementBrokers =>
    [
        .. _brokers
            .Where(broker => broker.Value is { IsLive: true, IsDraining: false })
            .OrderBy(broker => broker.Key)
            .Select(broker => new PlacementBroker(broker.Key, broker.Value.Rack)),
    ];

    /// <summary>The catalogue knows it.</summary>
    public bool IsRegistered(int brokerId) => _brokers.ContainsKey(brokerId);

    /// <summary>It is alive, in the epoch that is registered.</summary>
    public bool IsLive(int brokerId) => _brokers.TryGetValue(brokerId, out var broker) && broker.IsLive;

    /// <summary>It shuts down or is drained.</summary>
    public bool IsDraining(int brokerId) => _brokers.TryGetValue(brokerId, out var broker) && broker.IsDraining;

    /// <summary>The epoch that is registered; -1 for a stranger.</summary>
    public long EpochOf(int brokerId) => _brokers.TryGetValue(brokerId, out var broker) ? broker.Epoch : -1;

    /// <summary>Its rack, if it has one.</summary>
    public string? RackOf(int brokerId) => _brokers.TryGetValue(brokerId, out var broker) ? broker.Rack : null;

    /// <summary>
    /// A replica that was recorded in this epoch (-1: from before there were epochs) can be relied on, now: its broker
    /// is alive, in the same life.
    /// </summary>
    public bool Counts(int brokerId, long recordedEpoch) =>
        _brokers.TryGetValue(brokerId, out var broker) && broker.IsLive &&
        (recordedEpoch < 0 || recordedEpoch == broker.Epoch);

    /// <summary>
    /// A replica that was recorded in this epoch can't be relied on any more: its broker is alive in another life, so
    /// it has looked at the document since and did not stand up for it. Of a dead broker nobody knows; nor where the
    /// recorded epoch is later than the one known here, as then this view is old.
    /// </summary>
    public bool IsStale(int brokerId, long recordedEpoch) =>
        _brokers.TryGetValue(brokerId, out var broker) && broker.IsLive &&
        recordedEpoch >= 0 && recordedEpoch < broker.Epoch;

    private readonly record struct Broker(long Epoch, bool IsLive, bool IsDraining, string? Rack);
}
