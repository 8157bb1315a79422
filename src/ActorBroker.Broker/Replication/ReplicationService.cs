using System.Collections.Concurrent;
using ActorBroker.Broker.Background;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Cluster;
using ActorBroker.Core.Configuration;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Replication;

/// <summary>
/// What a broker's partitions share to replicate: the ways to other brokers, one tick for news, one worker for what
/// leaders want recorded. A broker that belongs to no cluster never begins, and pays nothing.
/// </summary>
internal sealed class ReplicationService : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, Peer> _peers = new();
    private readonly Lock _looking = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private IReplicaLinks? _links;
    private InSyncProposals? _proposals;
    private PeriodicJob? _lagCheck;
    private ClusterView? _view;
    private long _brokerEpoch = -1;
    private int _arrivals;
    private long _appendsSent;
    private long _bytesSent;
    private long _bytesReceived;

    public ReplicationService(TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        Tick = new NewsTick(time);
    }

    /// <summary>The ways to other brokers; null: there are none.</summary>
    public IReplicaLinks? Links => Volatile.Read(ref _links);

    /// <summary>This broker's life, as its answers carry it.</summary>
    public long BrokerEpoch => Interlocked.Read(ref _brokerEpoch);

    /// <summary>The brokers as they are known now; null before the first look.</summary>
    public ClusterView? View => Volatile.Read(ref _view);

    /// <summary>Grows whenever a broker is back, or lives anew.</summary>
    public int Arrivals => Volatile.Read(ref _arrivals);

    /// <summary>A follower that has not caught up for so long leaves the in-sync set.</summary>
    public long LagMaxMs { get; private set; } = long.MaxValue;

    public NewsTick Tick { get; }

    /// <summary>What leaders here may send to throttled replicas.</summary>
    public ReplicationQuota LeaderQuota { get; } = new();

    /// <summary>What throttled replicas here may take.</summary>
    public ReplicationQuota FollowerQuota { get; } = new();

    /// <summary>Appends handed to the links.</summary>
    public long AppendsSent => Interlocked.Read(ref _appendsSent);

    public long BytesSent => Interlocked.Read(ref _bytesSent);

    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    public long Shrinks => _proposals?.Shrinks ?? 0;

    public long Expands => _proposals?.Expands ?? 0;

    /// <summary>Bytes on the way to all followers.</summary>
    public long InFlightBytes => _peers.Values.Sum(static peer => peer.InFlightBytes);

    /// <summary>
    /// This broker has a life in a cluster. Before its partitions open, and before others may send to it.
    /// </summary>
    public void Begin(
        IReplicaLinks links, ClusterCatalogue catalogue, long brokerEpoch, long lagMaxMs, PartitionManager partitions)
    {
        Interlocked.Exchange(ref _brokerEpoch, brokerEpoch);
        LagMaxMs = lagMaxMs;
        _proposals = new InSyncProposals(catalogue, this, _time, _logger);
        Volatile.Write(ref _links, links);
        _lagCheck = new PeriodicJob(
            "in-sync check", Math.Max(1, lagMaxMs / 2), _time, _logger, _ => CheckLagAsync(partitions));
    }

    /// <summary>
    /// The brokers have changed. Nothing is sent to the dead; what waits for one that is back goes on.
    /// </summary>
    public void See(ClusterView view, PartitionManager partitions)
    {
        ArgumentNullException.ThrowIfNull(view);
        var isBack = false;
        lock (_looking)
        {
            Volatile.Write(ref _view, view);
            foreach (var peer in _peers.Values)
            {
                isBack |= peer.See(view.IsLive(peer.BrokerId), view.EpochOf(peer.BrokerId));
            }
        }

        if (isBack)
        {
            Interlocked.Increment(ref _arrivals);
            foreach (var partition in partitions.Each)
            {
                if (partition.IsLeader && partition.Actor.State.Replicas.Length > 1)
                {
                    partition.Actor.Wake();
                }
            }
        }
    }

    public Peer PeerOf(int brokerId)
    {
        if (_peers.TryGetValue(brokerId, out var known))
        {
            return known;
        }

        // A new one has seen the latest look before anybody finds it, and each later one.
        lock (_looking)
        {
            if (!_peers.TryGetValue(brokerId, out var peer))
            {
                peer = new Peer(brokerId);
                if (View is { } view)
                {
                    peer.See(view.IsLive(brokerId), view.EpochOf(brokerId));
                }

                _peers[brokerId] = peer;
            }

            return peer;
        }
    }

    /// <summary>The rates that hold from now on.</summary>
    public void SetRates(BrokerConfig config)
    {
        Set(LeaderQuota, config.Get(BrokerKeys.LeaderReplicationThrottledRate));
        Set(FollowerQuota, config.Get(BrokerKeys.FollowerReplicationThrottledRate));

        static void Set(ReplicationQuota quota, long rate)
        {
            if (quota.Rate != rate)
            {
                quota.Rate = rate;
            }
        }
    }

    /// <summary>A replica wants this recorded.</summary>
    public void Propose(InSyncProposal proposal) => _proposals?.Add(proposal);

    public void CountSent(long bytes)
    {
        Interlocked.Increment(ref _appendsSent);
        Interlocked.Add(ref _bytesSent, bytes);
    }

    public void CountReceived(long bytes) => Interlocked.Add(ref _bytesReceived, bytes);

    public async ValueTask DisposeAsync()
    {
        Tick.Dispose();
        if (_lagCheck is not null)
        {
            await _lagCheck.DisposeAsync().ConfigureAwait(false);
        }

        _proposals?.Dispose();
    }

    private static async Task CheckLagAsync(PartitionManager partitions)
    {
        foreach (var partition in partitions.Each)
        {
            if (partition.Actor.NeedsInSyncCheck)
            {
                await partition.Actor.AskAsync(static actor => actor.CheckInSync()).ConfigureAwait(false);
            }
        }
    }
}
