namespace ActorBroker.Cli.Dev;

/// <summary>A cluster for development, from its start until Ctrl+C.</summary>
internal static class DevRun
{
    /// <summary>For an orderly stop; what lasts longer is killed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(9);

    /// <summary>All brokers in one process, which says itself what there is to say.</summary>
    public static async Task<int> OneProcessAsync(DevPlan plan, CancellationToken cancel)
    {
        var data = plan.Data is null ? Array.Empty<string>() : [$"--dev.data={Path.GetFullPath(plan.Data)}"];
        using var child = ServerChild.Start(
            plan.Server,
            [$"--dev.brokers={plan.Brokers}", $"--dev.port={plan.Port}", "--log.level=Warning", .. data]);
        try
        {
            await child.EndAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await StopAsync([child]).ConfigureAwait(false);
        }

        return child.HasEnded ? child.ExitCode : ExitCode.Failure;
    }

    /// <summary>Each broker in a process of its own.</summary>
    public static async Task<int> ProcessesAsync(DevPlan plan, CancellationToken cancel)
    {
        var folder = plan.Data is { } given
            ? Directory.CreateDirectory(given)
            : Directory.CreateTempSubdirectory("actorbroker-dev-");
        try
        {
            using var cluster = new DevProcesses(plan, folder.FullName);
            try
            {
                await cluster.RunAsync(cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                // Ctrl+C is how it ends.
            }

            Console.WriteLine("Stopping.");
            await StopAsync(cluster.Children).ConfigureAwait(false);
            return ExitCode.Ok;
        }
        finally
        {
            if (plan.Data is null)
            {
                folder.Delete(recursive: true);
            }
        }
    }

    /// <summary>The servers of a terminal have heard of Ctrl+C themselves; to them it is one request.</summary>
    private static async Task StopAsync(IReadOnlyCollection<ServerChild> children)
    {
        foreach (var child in children)
        {
            child.Stop();
        }

        await Task.WhenAny(
            Task.WhenAll(children.Select(static child => child.EndAsync(CancellationToken.None))),
            Task.Delay(Patience)).ConfigureAwait(false);
    }
}
