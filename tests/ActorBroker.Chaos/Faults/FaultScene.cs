using ActorBroker.Chaos.Harness;

namespace ActorBroker.Chaos.Faults;

/// <summary>What a fault works with.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Topic">The workload's topic.</param>
/// <param name="Random">Decides whom it hits and how long it lasts.</param>
/// <param name="Say">Tells people whom it hits, and how.</param>
/// <param name="Cancel">Ends it early; it is undone by <see cref="ChaosCluster.Heal"/>.</param>
internal sealed record FaultScene(
    ChaosCluster Cluster, string Topic, Random Random, Action<string> Say, CancellationToken Cancel)
{
    /// <summary>The leader of some partition.</summary>
    public async Task<BrokerProcess> AnyLeaderAsync()
    {
        var leaders = await Cluster.LeadersAsync(Topic, Cancel);
        return Cluster.Brokers[leaders[Random.Next(leaders.Count)]];
    }

    /// <summary>A broker that follows in some partition.</summary>
    public async Task<BrokerProcess> AnyFollowerAsync()
    {
        var leaders = await Cluster.LeadersAsync(Topic, Cancel);
        var leader = leaders[Random.Next(leaders.Count)];
        var others = ChaosCluster.Ids.Where(id => id != leader).ToArray();
        return Cluster.Brokers[others[Random.Next(others.Length)]];
    }

    /// <summary>The controller.</summary>
    public async Task<BrokerProcess> ControllerAsync() => Cluster.Brokers[await Cluster.ControllerAsync(Cancel)];

    /// <summary>Some broker, whatever it does.</summary>
    public BrokerProcess AnyBroker() =>
        Cluster.Brokers[ChaosCluster.Ids[Random.Next(ChaosCluster.Ids.Count)]];

    /// <summary>Lets it last for a while.</summary>
    public Task HoldAsync(double secondsMin, double secondsMax) =>
        Task.Delay(TimeSpan.FromSeconds(secondsMin + (Random.NextDouble() * (secondsMax - secondsMin))), Cancel);
}
