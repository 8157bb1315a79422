using System.Runtime.CompilerServices;

namespace ActorBroker.Server.Tests;

/// <summary>
/// A process that starts and stops many brokers is afterwards as it was: no thread, no open file, no socket and no
/// object of theirs is left. Runs alone, as the process is what it looks at.
/// </summary>
[CollectionDefinition(nameof(EmbeddedFootprintTests), DisableParallelization = true)]
[Collection(nameof(EmbeddedFootprintTests))]
public sealed class EmbeddedFootprintTests
{
    private const int Brokers = 40;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Brokers_leave_no_thread_file_or_socket_behind()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "There is no /proc here to look into.");
        await LiveAsync(Cancel);
        var before = (Threads: Count("task"), Files: Count("fd"));

        for (var broker = 0; broker < Brokers; broker++)
        {
            await LiveAsync(Cancel);
        }

        // The thread pool may grow by a few, and by more for a while where the machine is busy; one of each per broker
        // would be forty, and stay.
        await UntilAsync(() =>
            Count("task") <= before.Threads + (Brokers / 2) && Count("fd") <= before.Files + (Brokers / 2));
        Assert.InRange(Count("task"), 0, before.Threads + (Brokers / 2));
        Assert.InRange(Count("fd"), 0, before.Files + (Brokers / 2));
    }

    [Fact]
    public async Task A_disposed_broker_can_be_collected()
    {
        var left = await StartUseAndForgetAsync(Cancel);

        // Timers and sockets let go on threads of their own, some time after they are disposed.
        await UntilAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !left.IsAlive;
        });

        Assert.False(left.IsAlive);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task UntilAsync(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition() && TimeProvider.System.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(20, Cancel);
        }
    }

    private static int Count(string kind) => Directory.GetFileSystemEntries($"/proc/self/{kind}").Length;

    private static async Task LiveAsync(CancellationToken cancel)
    {
        await using var broker = await EmbeddedBroker.StartAsync(cancel: cancel);
        await RoundTrips.SendAsync(broker.BootstrapServers, "t", ["x"], cancel);
    }

    /// <summary>Whatever is left of a broker holds its loggers, and so the factory that made them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> StartUseAndForgetAsync(CancellationToken cancel)
    {
        var loggers = new RecordingLoggers();
        await using (var broker = await EmbeddedBroker.StartAsync(
            new EmbeddedBrokerOptions { LoggerFactory = loggers }, cancel))
        {
            await RoundTrips.SendAsync(broker.BootstrapServers, "t", ["x"], cancel);
        }

        return new WeakReference(loggers);
    }
}
