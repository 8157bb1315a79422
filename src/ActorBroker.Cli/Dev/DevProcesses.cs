using System.Globalization;
using ActorBroker.Cli.Commands;
using ActorBroker.Client;

namespace ActorBroker.Cli.Dev;

/// <summary>Several servers over one folder: started, watched, shown, and started again when they die.</summary>
internal sealed class DevProcesses(DevPlan plan, string folder) : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Mourning = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, ServerChild> _children = [];
    private readonly Dictionary<int, int> _ports = [];
    private readonly Dictionary<int, DateTime> _deaths = [];
    private string _shown = "";

    public IReadOnlyCollection<ServerChild> Children => _children.Values;

    /// <summary>Until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        for (var id = 1; id <= plan.Brokers; id++)
        {
            _ports[id] = plan.Port == 0 ? 0 : plan.Port + id - 1;
            Start(id);
        }

        foreach (var (id, child) in _children)
        {
            _ports[id] = await child.Port.WaitAsync(cancel).ConfigureAwait(false);
        }

        var bootstrap = string.Join(',', _ports.Values.Select(static port => $"127.0.0.1:{port}"));
        Welcome(bootstrap);
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = bootstrap });
        while (true)
        {
            Watch();
            await ShowAsync(client, cancel).ConfigureAwait(false);
            await Task.Delay(Look, cancel).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        foreach (var child in _children.Values)
        {
            child.Dispose();
        }
    }

    private void Start(int id) => _children[id] = ServerChild.Start(
        plan.Server,
        [
            $"--cluster.dir={folder}",
            $"--broker.id={id}",
            $"--listeners=PLAINTEXT://127.0.0.1:{_ports[id]}",
            $"--default.replication.factor={Math.Min(3, plan.Brokers)}",
            "--http.listener=",
            "--log.level=Warning",
        ],
        line => Console.Error.WriteLine($"broker {id} | {line}"));

    private void Welcome(string bootstrap)
    {
        foreach (var (id, child) in _children)
        {
            Console.WriteLine($"broker {id}: 127.0.0.1:{_ports[id]}, process {child.Id}");
        }

        var victim = _children[plan.Brokers].Id;
        Console.WriteLine($"data in {folder}{(plan.Data is null ? ", removed at the end" : "")}");
        Console.WriteLine("Try it from another terminal:");
        Console.WriteLine($"  actorbroker topics create orders --partitions 6 -b {bootstrap}");
        Console.WriteLine($"  kill -9 {victim}            # it dies; it comes back after {Mourning.Seconds} s");
        Console.WriteLine($"  kill -STOP {victim}; sleep 10; kill -CONT {victim}");
        Console.WriteLine($"  actorbroker cluster describe -b {bootstrap}");
        Console.WriteLine("Ctrl+C stops it.");
    }

    private void Watch()
    {
        foreach (var id in _children.Keys.ToArray())
        {
            var child = _children[id];
            if (!child.HasEnded)
            {
                continue;
            }

            if (!_deaths.TryGetValue(id, out var death))
            {
                _deaths[id] = DateTime.UtcNow;
                var signal = child.ExitCode > 128 ? $"signal {child.ExitCode - 128}" : $"exit code {child.ExitCode}";
                Say($"broker {id} (process {child.Id}) has ended: {signal}");
            }
            else if (DateTime.UtcNow - death >= Mourning)
            {
                _deaths.Remove(id);
                child.Dispose();
                Start(id);
                Say($"broker {id} starts again (process {_children[id].Id})");
            }
        }
    }

    private async Task ShowAsync(KafkaClient client, CancellationToken cancel)
    {
        string line;
        try
        {
            var cluster = await client.Admin.DescribeClusterAsync(cancel).ConfigureAwait(false);
            var health = await ClusterHealth.AskAsync(client, cancel).ConfigureAwait(false);
            var live = cluster.Brokers.Where(static broker => !broker.IsFenced).Select(static broker => broker.Id);
            line = $"live: {string.Join(", ", live.Order())}; controller: {cluster.ControllerId}; " +
                $"{health.Partitions} partitions, {health.UnderReplicated} under-replicated, " +
                $"{health.WithoutLeader} without a leader";
        }
        catch (KafkaException failure)
        {
            line = $"nobody answers: {failure.Message}";
        }

        if (line != _shown)
        {
            _shown = line;
            Say(line);
        }
    }

    private static void Say(string line) =>
        Console.WriteLine($"{DateTime.Now.ToString("HH:mm:ss.f", CultureInfo.InvariantCulture)}  {line}");
}
