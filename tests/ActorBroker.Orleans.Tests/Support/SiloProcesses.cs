using System.Diagnostics;
using System.Globalization;
using ActorBroker.Client;
using ActorBroker.TestSupport;

namespace ActorBroker.Orleans.Tests.Support;

/// <summary>The real silo, three times, each in a process of its own, over a PostgreSQL of the test's own.</summary>
internal sealed class SiloProcesses : IAsyncDisposable
{
    private const int Count = 3;

    // What Orleans says before it ends a silo that the others take for dead.
    private const string Evicted = "I have been told I am dead";
    private const string IntoTheLog = "exec \"$@\" >>\"$SILO_LOG\" 2>&1";

    private readonly TemporaryFolder _folder = new();
    private readonly ReservedPort[] _ports = [.. Enumerable.Range(0, Count).Select(_ => ReservedPort.Take(3))];
    private readonly Dictionary<int, Process> _processes = [];
    private readonly HashSet<int> _supervised = [];
    private readonly KafkaClient _client;

    private SiloProcesses(PostgresServer database)
    {
        Database = database;
        BootstrapServers = string.Join(',', _ports.Select(static port => $"127.0.0.1:{port.Port}"));
        _client = new KafkaClient(new ClientOptions
        {
            BootstrapServers = BootstrapServers,
            RequestTimeout = TimeSpan.FromSeconds(10),
        });
    }

    /// <summary>Longer than anything should take on a busy machine.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(2);

    public PostgresServer Database { get; }

    public string BootstrapServers { get; }

    public AdminClient Admin => _client.Admin;

    /// <summary>Starts all; skips the test, and says why, where this machine has no database for them.</summary>
    public static async Task<SiloProcesses> StartAsync()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, $"NOT RUN: {PostgresServer.Missing}.");
        var silos = new SiloProcesses(await PostgresServer.StartAsync(Cancel));
        try
        {
            for (var id = 1; id <= Count; id++)
            {
                silos.Start(id);
            }

            await silos.UntilAsync(async () =>
                (await silos.Admin.DescribeClusterAsync(Cancel)).Brokers.Count(static each => !each.IsFenced) == Count);
            return silos;
        }
        catch
        {
            await silos.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one, unless it runs.</summary>
    public void Start(int id)
    {
        if (_processes.TryGetValue(id, out var running) && !running.HasExited)
        {
            return;
        }

        var port = _ports[id - 1].Port;
        var start = new ProcessStartInfo(
            "/bin/sh",
            [
                "-c", IntoTheLog, "silo", Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Program,
                Text($"--Silo:BrokerId={id}"), "--Silo:Clustering=AdoNet",
                $"--Silo:ConnectionString={Database.ConnectionString}", Text($"--Silo:SiloPort={port + 1}"),
                Text($"--Silo:GatewayPort={port + 2}"), Text($"--Broker:listeners=PLAINTEXT://127.0.0.1:{port}"),
                $"--Broker:log.dirs={_folder[Text($"data-{id}")]}", "--urls=http://127.0.0.1:0",

                // Tests share their machine with whatever else runs there.
                "--Silo:Membership:ProbeTimeout=00:00:03",
            ])
        {
            WorkingDirectory = _folder.Path,
        };
        start.Environment["SILO_LOG"] = Log(id);
        _processes[id] = Process.Start(start)!;
        _supervised.Add(id);
    }

    /// <summary>Ends one as a power cut would end the process: kill -9.</summary>
    public async Task KillAsync(int id)
    {
        _supervised.Remove(id);
        _processes[id].Kill();
        await _processes[id].WaitForExitAsync(Cancel);
    }

    /// <summary>Asks one to stop with SIGTERM, waits, and tells its exit code.</summary>
    public async Task<int> StopAsync(int id)
    {
        _supervised.Remove(id);
        UnixSignals.Terminate(_processes[id].Id);
        await _processes[id].WaitForExitAsync(Cancel).WaitAsync(Patience, Cancel);
        return _processes[id].ExitCode;
    }

    /// <summary>A topic of one partition on all three, of which two have to be in sync.</summary>
    public async Task CreateTopicAsync(string name)
    {
        await Admin.CreateTopicAsync(
            new NewTopic
            {
                Name = name,
                Partitions = 1,
                ReplicationFactor = Count,
                Configs = new Dictionary<string, string> { ["min.insync.replicas"] = "2" },
            },
            Cancel);
        await UntilAsync(async () => (await Admin.DescribeTopicAsync(name, Cancel)).Partitions[0].LeaderId > 0);
    }

    /// <summary>Who leads a topic's only partition.</summary>
    public async Task<int> LeaderAsync(string topic) =>
        (await Admin.DescribeTopicAsync(topic, Cancel)).Partitions[0].LeaderId;

    /// <summary>Waits until another leads.</summary>
    public Task UntilAnotherLeadsAsync(string topic, int before) =>
        UntilAsync(async () => await LeaderAsync(topic) is var now && now > 0 && now != before);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        foreach (var process in _processes.Values)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        await Database.DisposeAsync();
        Array.ForEach(_ports, static port => port.Dispose());
        _folder.Dispose();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Built in the same configuration as the tests.</summary>
    private static string Program
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(
                RepositoryPaths.Root, "src", "ActorBroker.Silo", "bin", output.Parent!.Name, output.Name,
                "ActorBroker.Silo.dll");
        }
    }

    private string Log(int id) => _folder[Text($"silo-{id}.log")];

    /// <summary>Asks until it is so. What Orleans ended meanwhile, as a busy machine lets happen, comes back.</summary>
    private async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (await isSo())
                {
                    return;
                }
            }
            catch (KafkaException)
            {
                // Nobody is there who could say.
            }

            Supervise();
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"It does not come about. Silo 1: {Tail(1, 30)}");
            await Task.Delay(100, Cancel);
        }
    }

    private void Supervise()
    {
        foreach (var id in _supervised.Where(id => _processes[id].HasExited).ToArray())
        {
            var said = Tail(id, 400);
            Assert.True(said.Contains(Evicted, StringComparison.Ordinal), $"Silo {id} ended. It says: {said}");
            Start(id);
        }
    }

    private string Tail(int id, int lines) =>
        File.Exists(Log(id)) ? string.Join('\n', File.ReadLines(Log(id)).TakeLast(lines)) : "nothing";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
