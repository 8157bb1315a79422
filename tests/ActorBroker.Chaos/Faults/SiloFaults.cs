using ActorBroker.Chaos.Harness;

namespace ActorBroker.Chaos.Faults;

/// <summary>
/// Faults that only silos have: they find each other and keep the catalogue by a database, and Orleans ends those that
/// the others took for dead.
/// </summary>
internal static class SiloFaults
{
    private const int Flaps = 8;
    private static readonly TimeSpan DatabaseGone = TimeSpan.FromSeconds(30);

    /// <summary>Those of this database.</summary>
    public static IReadOnlyList<Fault> Over(SiloHost silos) =>
    [
        new("flapping", FlapAsync),
        new("database paused", scene => PauseAsync(scene, silos)),
        new("database stopped", scene => StopAsync(scene, silos)),
    ];

    /// <summary>Some of them are noticed, and some just not.</summary>
    private static async Task FlapAsync(FaultScene scene)
    {
        scene.Say($"{Flaps} SIGSTOPs in quick succession, each about as long as it takes to be noticed");
        for (var flap = 0; flap < Flaps; flap++)
        {
            var broker = scene.AnyBroker();
            broker.Start();
            broker.Pause();
            await scene.HoldAsync(0.6, 1.6);
            broker.Resume();
            await scene.HoldAsync(0.1, 0.6);
        }
    }

    private static async Task PauseAsync(FaultScene scene, SiloHost silos)
    {
        scene.Say($"SIGSTOP of the database for {DatabaseGone.TotalSeconds} s");
        silos.Database.Pause();
        await Task.Delay(DatabaseGone, scene.Cancel);
        silos.Database.Resume();
    }

    private static async Task StopAsync(FaultScene scene, SiloHost silos)
    {
        scene.Say($"kill -9 of the database, which is back after {DatabaseGone.TotalSeconds} s");
        await silos.Database.StopAsync();
        await Task.Delay(DatabaseGone, scene.Cancel);
        await silos.Database.GoOnAsync(scene.Cancel);
    }
}
