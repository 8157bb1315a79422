using System.Globalization;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Broker.Cluster.Local;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Storage;
using ActorBroker.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Broker.Tests.Cluster.Local;

/// <summary>Real processes that share a folder, and are killed and stopped by the kernel.</summary>
public sealed class LocalProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Processes_that_are_killed_while_they_count_lose_no_step_and_block_nobody()
    {
        var random = new Random(7);
        var processes = Enumerable.Range(0, 3).Select(_ => new LocalProcess("count", _folder.Path)).ToArray();
        var counted = new List<long>();
        const int Kills = 12;
        for (var kill = 0; kill < Kills; kill++)
        {
            var index = random.Next(processes.Length);
            var wanted = random.Next(1, 12);
            await processes[index].SaysAsync(_ => true);
            await Until.TrueAsync(() => processes[index].Lines.Length >= wanted);
            await processes[index].KillAsync();
            counted.AddRange(Numbers(processes[index]));
            await processes[index].DisposeAsync();
            processes[index] = new LocalProcess("count", _folder.Path);
        }

        foreach (var process in processes)
        {
            Assert.Equal(0, await process.EndAsync());
            counted.AddRange(Numbers(process));
            await process.DisposeAsync();
        }

        using var catalogue = JournalCatalogue.Open(
            PhysicalFileSystem.Instance, _folder.Path, NullLogger.Instance, entriesPerGeneration: 10);
        var last = catalogue.Read(new CatalogueKey("cluster", "counter"))!;
        Assert.Equal(counted.Count, counted.Distinct().Count());
        Assert.Equal(last.Version, long.Parse(last.Body.Span, CultureInfo.InvariantCulture));
        Assert.InRange(last.Version, counted.Count, counted.Count + Kills);
        Assert.True(counted.Max() <= last.Version);
    }

    [Fact]
    public async Task A_killed_process_is_dead_a_stopped_one_too_and_it_lives_again_when_it_goes_on()
    {
        await using var membership = Open(1);
        await membership.JoinAsync(1, 10, TestContext.Current.CancellationToken);
        await using var second = await JoinAsync(2, 20);
        await using var third = await JoinAsync(3, 30);
        await Until.TrueAsync(() => membership.Live.Count == 3);

        UnixSignals.Pause(second.Id);
        await Until.TrueAsync(() => !membership.Live.ContainsKey(2));
        await third.KillAsync();
        await Until.TrueAsync(() => !membership.Live.ContainsKey(3));
        UnixSignals.Resume(second.Id);
        await Until.TrueAsync(() =>
            membership.Live.SequenceEqual([KeyValuePair.Create(1, 10L), KeyValuePair.Create(2, 20L)]));

        await using var again = await JoinAsync(3, 31);
        await Until.TrueAsync(() => membership.Live.GetValueOrDefault(3) == 31);
        Assert.Equal(0, await again.EndAsync());
        await Until.TrueAsync(() => !membership.Live.ContainsKey(3));
    }

    [Fact]
    public async Task A_second_process_of_an_id_is_refused_and_a_later_one_is_not()
    {
        await using var first = await JoinAsync(2, 20);
        await using var refused = new LocalProcess("live", _folder.Path, "2", "21");

        Assert.Equal(1, await refused.EndAsync());

        Assert.StartsWith("Broker 2 of the cluster in", Assert.Single(refused.Lines), StringComparison.Ordinal);
        await first.KillAsync();
        await using var later = await JoinAsync(2, 22);
    }

    private static IEnumerable<long> Numbers(LocalProcess process) =>
        process.Lines.Select(static line => long.Parse(line, CultureInfo.InvariantCulture));

    private LeaseMembership Open(int brokerId) => LeaseMembership.Open(
        PhysicalFileSystem.Instance,
        _folder.Path,
        brokerId,
        new LeaseTimes(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(1500)),
        TimeProvider.System,
        NullLogger.Instance);

    private async Task<LocalProcess> JoinAsync(int brokerId, long epoch)
    {
        var process = new LocalProcess(
            "live",
            _folder.Path,
            brokerId.ToString(CultureInfo.InvariantCulture),
            epoch.ToString(CultureInfo.InvariantCulture));
        await process.SaysAsync(static line => line == "joined");
        return process;
    }
}
