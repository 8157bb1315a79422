using ActorBroker.Chaos.Harness;

namespace ActorBroker.Chaos.Faults;

/// <summary>
/// Loses records on purpose, on a topic that allows it: a leader that is alone in sync acknowledges by itself, dies,
/// and somebody who lacks its records is elected. A checker that finds nothing then would find nothing ever.
/// </summary>
internal static class Canary
{
    // The time after which a follower that gets nothing is out of sync, and some seconds of writing alone.
    private static readonly TimeSpan AloneFor = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan DeadFor = TimeSpan.FromSeconds(5);

    public static Fault Fault { get; } = new("canary", RunAsync);

    private static async Task RunAsync(FaultScene scene)
    {
        var leader = await scene.AnyLeaderAsync();
        scene.Say($"broker {leader.Id} writes alone, dies, and comes back when another leads");
        foreach (var other in ChaosCluster.Ids.Where(id => id != leader.Id))
        {
            scene.Cluster.Links.Cut(leader.Id, other);
        }

        await Task.Delay(AloneFor, scene.Cancel);
        await leader.KillAsync();

        // What was held back dies with the connections: it must not arrive late.
        scene.Cluster.ResetLinks();
        scene.Cluster.Links.Heal();
        await Task.Delay(DeadFor, scene.Cancel);
        leader.Start();
    }
}
