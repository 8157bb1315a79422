using ActorBroker.Client;

namespace ActorBroker.Chaos.Workload;

/// <summary>All clients of a run: ours in this process, librdkafka in processes of its own.</summary>
internal sealed class ClientWorkload : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopProducers = new();
    private readonly CancellationTokenSource _stopConsumers = new();
    private readonly List<(IWorker Worker, Task Task)> _running = [];
    private readonly List<string> _failures = [];
    private readonly KafkaClient _client;

    private ClientWorkload(KafkaClient client)
    {
        _client = client;
    }

    /// <summary>What is not there on this machine.</summary>
    public IReadOnlyList<string> LeftOut { get; private set; } = [];

    /// <summary>Those who are to read everything.</summary>
    public IReadOnlyList<string> Readers =>
        [.. _running.Select(each => each.Worker.Reader).OfType<string>().Distinct()];

    /// <summary>The groups.</summary>
    public IReadOnlyList<string> Groups { get; private set; } = [];

    /// <summary>Clients that crashed, or did not stop.</summary>
    public IReadOnlyList<string> Failures =>
        [.. _failures, .. _running.Where(each => each.Task.IsFaulted).Select(each =>
            $"{each.Worker.Name} crashed: {each.Task.Exception!.InnerException}")];

    /// <summary>Starts them. In CI, librdkafka must be there.</summary>
    public static async Task<ClientWorkload> StartAsync(string bootstrap, string topic, Recorder recorder)
    {
        var client = new KafkaClient(new ClientOptions
        {
            BootstrapServers = bootstrap,
            ClientId = "chaos",
            ConnectTimeout = TimeSpan.FromSeconds(3),
            RequestTimeout = TimeSpan.FromSeconds(10),
        });
        var workload = new ClientWorkload(client);
        List<IWorker> workers =
        [
            new OwnProducer(client, topic, recorder, "our producer 1", TimeSpan.FromSeconds(60), recordsPerTurn: 12),
            new OwnProducer(client, topic, recorder, "our producer 2", TimeSpan.FromSeconds(4), recordsPerTurn: 6),
            new RefusedProducer(client, topic, recorder),
            new OwnReader(client, topic, recorder),
            new OwnMember(client, topic, recorder, "ours", 1),
            new OwnMember(client, topic, recorder, "ours", 2),
        ];
        workload.Groups = ["ours"];
        if (await ForeignClient.MissingAsync() is { } missing)
        {
            var text =
                $"librdkafka: confluent-kafka is not installed (apt-get install python3-confluent-kafka): {missing}";
            workload.LeftOut = [text];
            if (Environment.GetEnvironmentVariable("CI") == "true")
            {
                workload._failures.Add(text);
            }
        }
        else
        {
            ForeignClient Foreign(string name, string role, string? group = null) =>
                new(recorder, name, role, bootstrap, topic, group, recordsPerTurn: 12);
            workers.AddRange(
            [
                Foreign("librdkafka's producer", "produce"), Foreign("librdkafka's reader", "read"),
                Foreign("librdkafka's member 1", "member", "theirs"),
                Foreign("librdkafka's member 2", "member", "theirs"),
            ]);
            workload.Groups = ["ours", "theirs"];
        }

        foreach (var worker in workers)
        {
            var stop = worker.Reader is null ? workload._stopProducers : workload._stopConsumers;
            workload._running.Add((worker, Task.Run(() => worker.RunAsync(stop.Token))));
        }

        return workload;
    }

    /// <summary>Stops writing, and waits until what was sent is settled.</summary>
    public Task StopProducersAsync(TimeSpan patience) =>
        StopAsync(_stopProducers, worker => worker.Reader is null, patience);

    /// <summary>Stops reading; members leave their groups.</summary>
    public Task StopConsumersAsync(TimeSpan patience) =>
        StopAsync(_stopConsumers, worker => worker.Reader is not null, patience);

    /// <summary>Ends whoever still runs, however a run has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopProducersAsync(TimeSpan.FromSeconds(5));
        await StopConsumersAsync(TimeSpan.FromSeconds(5));
        await _client.DisposeAsync();
        _stopProducers.Dispose();
        _stopConsumers.Dispose();
    }

    private async Task StopAsync(CancellationTokenSource stop, Func<IWorker, bool> which, TimeSpan patience)
    {
        await stop.CancelAsync();
        foreach (var (worker, task) in _running.Where(each => which(each.Worker)))
        {
            try
            {
                await task.WaitAsync(patience);
            }
            catch (TimeoutException)
            {
                _failures.Add($"{worker.Name} did not stop within {patience.TotalSeconds} s");
            }
            catch (Exception) when (task.IsFaulted)
            {
                // Told among the failures.
            }
        }
    }
}
