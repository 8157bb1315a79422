using ActorBroker.Chaos.Harness;

namespace ActorBroker.Chaos.Faults;

/// <summary>
/// All faults. Each begins when all replicas are in sync, and hurts one broker, but for those that lose nothing from
/// any disk: a killed process leaves what it has written to the system, so all three may be killed at once.
/// </summary>
internal static class FaultCatalogue
{
    private static readonly TimeSpan RestartPatience = TimeSpan.FromSeconds(60);

    /// <summary>What this machine can do; and what it can't, and why.</summary>
    public static (IReadOnlyList<Fault> Faults, IReadOnlyList<string> LeftOut) For(ChaosCluster cluster)
    {
        List<Fault> faults =
        [
            new("kill leader", async scene => await KillAsync(scene, await scene.AnyLeaderAsync())),
            new("kill controller", async scene => await KillAsync(scene, await scene.ControllerAsync())),
            new("kill follower", async scene => await KillAsync(scene, await scene.AnyFollowerAsync())),
            new("kill all", KillAllAsync),
            new("pause leader", async scene => await PauseAsync(scene, await scene.AnyLeaderAsync())),
            new("pause controller", async scene => await PauseAsync(scene, await scene.ControllerAsync())),
            new("pause follower", async scene => await PauseAsync(scene, await scene.AnyFollowerAsync())),
            new("damaged tail", DamageTailAsync),
            new("lost disk", LoseDiskAsync),
            new("rolling restart", RestartAllAsync),
            new("storm", Storm.RunAsync),
        ];
        List<string> leftOut = [];
        if (cluster.Silos is { } silos)
        {
            faults.AddRange(SiloFaults.Over(silos));
            leftOut.Add("cut network, cut one way, slow network: silos connect to each other directly");
        }
        else
        {
            faults.Add(new Fault("cut network", CutAsync));
            faults.Add(new Fault("cut one way", CutOneWayAsync));
            faults.Add(new Fault("slow network", SlowAsync));
        }

        if (cluster.SmallDisk is null)
        {
            leftOut.Add($"full disk: no small volume can be mounted here ({cluster.WithoutDisk})");
        }
        else
        {
            faults.Add(new Fault("full disk", FillDiskAsync));
        }

        if (cluster.Clock is null)
        {
            leftOut.Add("clock jump: this machine has no libfaketime (apt-get install libfaketime)");
        }
        else
        {
            faults.Add(new Fault("clock jump", JumpAsync));
        }

        return (faults, leftOut);
    }

    private static async Task KillAsync(FaultScene scene, BrokerProcess broker)
    {
        scene.Say($"kill -9 of broker {broker.Id}");
        await broker.KillAsync();
        await scene.HoldAsync(0.5, 4);
        broker.Start();
    }

    private static async Task KillAllAsync(FaultScene scene)
    {
        scene.Say("kill -9 of all brokers");
        await Task.WhenAll(scene.Cluster.Brokers.Values.Select(broker => broker.KillAsync()));
        var order = scene.Cluster.Brokers.Values.ToArray();
        scene.Random.Shuffle(order);
        foreach (var broker in order)
        {
            await scene.HoldAsync(0, 1);
            broker.Start();
        }
    }

    private static async Task PauseAsync(FaultScene scene, BrokerProcess broker)
    {
        scene.Say($"SIGSTOP of broker {broker.Id}");
        broker.Pause();
        await scene.HoldAsync(0.5, 6);
        broker.Resume();
    }

    /// <summary>A broker is cut off from one of the others, or from both.</summary>
    private static async Task CutAsync(FaultScene scene)
    {
        var broker = scene.AnyBroker();
        var others = Others(scene, broker);
        scene.Say($"no bytes between broker {broker.Id} and {string.Join(", ", others)}");
        foreach (var other in others)
        {
            scene.Cluster.Links.Cut(broker.Id, other);
            scene.Cluster.Links.Cut(other, broker.Id);
        }

        await HealLinksAsync(scene);
    }

    /// <summary>
    /// The same in one direction: what was asked arrives, and the answer does not; or it does not arrive.
    /// </summary>
    private static async Task CutOneWayAsync(FaultScene scene)
    {
        var broker = scene.AnyBroker();
        var others = Others(scene, broker);
        var isOutgoing = scene.Random.Next(2) == 0;
        scene.Say($"no bytes {(isOutgoing ? "from" : "to")} broker {broker.Id} {(isOutgoing ? "to" : "from")} " +
            string.Join(", ", others));
        foreach (var other in others)
        {
            var (from, to) = isOutgoing ? (broker.Id, other) : (other, broker.Id);
            scene.Cluster.Links.Cut(from, to);
        }

        await HealLinksAsync(scene);
    }

    private static async Task SlowAsync(FaultScene scene)
    {
        var broker = scene.AnyBroker();
        var delay = TimeSpan.FromMilliseconds(scene.Random.Next(20, 400));
        scene.Say($"{delay.TotalMilliseconds} ms more to and from broker {broker.Id}");
        foreach (var other in ChaosCluster.Ids.Where(id => id != broker.Id))
        {
            scene.Cluster.Links.Delay(broker.Id, other, delay);
            scene.Cluster.Links.Delay(other, broker.Id, delay);
        }

        await HealLinksAsync(scene);
    }

    private static int[] Others(FaultScene scene, BrokerProcess broker)
    {
        var others = ChaosCluster.Ids.Where(id => id != broker.Id).ToArray();
        return scene.Random.Next(2) == 0 ? others : [others[scene.Random.Next(others.Length)]];
    }

    /// <summary>What was held back arrives late, or the connections have died of it.</summary>
    private static async Task HealLinksAsync(FaultScene scene)
    {
        await scene.HoldAsync(1, 7);
        if (scene.Random.Next(2) == 0)
        {
            scene.Cluster.ResetLinks();
        }

        scene.Cluster.Links.Heal();
    }

    private static async Task FillDiskAsync(FaultScene scene)
    {
        scene.Say($"no room on the disk of broker {ChaosCluster.SmallDiskId}");
        scene.Cluster.SmallDisk!.Fill();
        await scene.HoldAsync(2, 6);
        scene.Cluster.FreeDisk();
    }

    private static async Task DamageTailAsync(FaultScene scene)
    {
        var broker = scene.AnyBroker();
        await broker.KillAsync();
        var damage = TailDamage.Inflict(broker.DataFolder, scene.Topic, scene.Random);
        scene.Say($"kill -9 of broker {broker.Id}, {damage ?? "all of which was durable"}");
        await scene.HoldAsync(0.5, 3);
        broker.Start();
    }

    /// <summary>A broker comes back with nothing but its name.</summary>
    private static async Task LoseDiskAsync(FaultScene scene)
    {
        var broker = scene.AnyBroker();
        scene.Say($"kill -9 of broker {broker.Id}, whose data are gone");
        await broker.KillAsync();
        Directory.Delete(broker.DataFolder, recursive: true);
        await scene.HoldAsync(0.5, 3);
        broker.Start();
    }

    private static async Task RestartAllAsync(FaultScene scene)
    {
        scene.Say("SIGTERM and start of one broker after the other");
        foreach (var broker in scene.Cluster.Brokers.Values)
        {
            if (!await broker.StopAsync())
            {
                scene.Say($"broker {broker.Id} did not stop in order");
            }

            broker.Start();
            await scene.Cluster.WaitUntilWholeAsync([scene.Topic], RestartPatience, scene.Cancel);
        }
    }

    private static async Task JumpAsync(FaultScene scene)
    {
        var minutes = scene.Random.Next(2, 15) * (scene.Random.Next(2) == 0 ? 1 : -1);
        scene.Say($"the wall clock of broker {ChaosCluster.ClockId} jumps by {minutes} minutes, and back");
        scene.Cluster.Clock!.Jump(TimeSpan.FromMinutes(minutes));
        await scene.HoldAsync(2, 6);
        scene.Cluster.Clock.Jump(TimeSpan.Zero);
    }
}
