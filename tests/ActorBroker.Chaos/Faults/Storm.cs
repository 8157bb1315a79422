namespace ActorBroker.Chaos.Faults;

/// <summary>
/// Many faults at once and soon after each other, whatever state the cluster is in: brokers are killed, paused, started
/// and cut off while others still recover. No disk loses anything, so that nothing may be lost however bad it gets.
/// </summary>
internal static class Storm
{
    private const int StepsMin = 6;
    private const int StepsMax = 16;

    public static async Task RunAsync(FaultScene scene)
    {
        var steps = scene.Random.Next(StepsMin, StepsMax);
        scene.Say($"{steps} faults on top of each other");
        for (var i = 0; i < steps; i++)
        {
            await StepAsync(scene);
            await scene.HoldAsync(0, 1.5);
        }
    }

    private static async Task StepAsync(FaultScene scene)
    {
        var (broker, other) = (scene.AnyBroker(), scene.AnyBroker());
        switch (scene.Random.Next(8))
        {
            case 0 or 1 when broker.IsRunning:
                scene.Say($"  kill -9 of broker {broker.Id}");
                await broker.KillAsync();
                break;
            case 2 or 3 when broker.IsRunning:
                scene.Say($"  SIGSTOP of broker {broker.Id}");
                broker.Pause();
                break;
            case 4 or 5 when broker.Id != other.Id && scene.Cluster.Silos is null:
                scene.Say($"  no bytes from broker {broker.Id} to {other.Id}");
                scene.Cluster.Links.Cut(broker.Id, other.Id);
                break;
            case 6 when scene.Cluster.Silos is null:
                scene.Say("  the network is whole again");
                scene.Cluster.ResetLinks();
                scene.Cluster.Links.Heal();
                break;
            default:
                // Somebody who does not run, if there is one.
                broker = scene.Cluster.Brokers.Values.FirstOrDefault(each => !each.IsAtWork, broker);
                scene.Say($"  broker {broker.Id} runs");
                broker.Resume();
                broker.Start();
                break;
        }
    }
}
