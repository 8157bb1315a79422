namespace ActorBroker.Silo;

/// <summary>The life of the process, whose end has a limit.</summary>
internal static partial class SiloRun
{
    /// <summary>
    /// How long a stop is an orderly one: the broker's own part, which comes first, takes a few seconds. Who supervises
    /// processes often kills after 30 s.
    /// </summary>
    public static readonly TimeSpan StopTime = TimeSpan.FromSeconds(20);

    /// <summary>What Orleans gets for its last words where the time was up.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Runs until it is told to stop. False where the silo could not leave its cluster in time: Orleans goes on asking
    /// its membership table for minutes where that does not answer. The broker has stopped by then, and the process may
    /// end; the other silos find out as they do when one is killed.
    /// </summary>
    public static async Task<bool> ToEndAsync(WebApplication app)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var heard = app.Lifetime.ApplicationStopping.Register(stopping.SetResult);
        var running = app.RunAsync();
        if (await Task.WhenAny(running, stopping.Task) != running &&
            await Task.WhenAny(running, Task.Delay(StopTime + LastWords)) != running)
        {
            NotLeft(app.Logger, (StopTime + LastWords).TotalSeconds);
            return false;
        }

        await running;
        return true;
    }

    [LoggerMessage(
        EventId = 7000, Level = LogLevel.Error,
        Message = "The silo could not leave its cluster within {Seconds} s; the process ends without.")]
    private static partial void NotLeft(ILogger logger, double seconds);
}
