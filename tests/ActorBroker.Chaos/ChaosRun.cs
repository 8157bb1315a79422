using System.Diagnostics;
using System.Globalization;
using ActorBroker.Chaos.Checking;
using ActorBroker.Chaos.Faults;
using ActorBroker.Chaos.Harness;
using ActorBroker.Chaos.Workload;
using ActorBroker.Client;

namespace ActorBroker.Chaos;

/// <summary>
/// One run: a cluster comes up, clients write and read, faults come one after the other, all heals, and what every
/// client saw is judged by what is in the log.
/// </summary>
internal sealed class ChaosRun
{
    private const string Topic = "numbers";
    private const int Partitions = 6;

    // Silos that start at once on a busy machine take each other for dead, some of them more than once.
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan HealPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(90);

    private readonly ChaosOptions _options;
    private readonly ChaosCluster _cluster;
    private readonly Random _random;
    private readonly Recorder _recorder = new(Partitions);
    private readonly List<string> _failures = [];
    private readonly List<FaultTally> _tallies = [];
    private readonly long _began = Stopwatch.GetTimestamp();

    public ChaosRun(ChaosOptions options, ChaosCluster cluster)
    {
        _options = options;
        _cluster = cluster;
        _random = new Random(options.Seed);
    }

    /// <summary>Runs it.</summary>
    public async Task<RunReport> RunAsync(CancellationToken cancel)
    {
        var (faults, leftOut) = FaultCatalogue.For(_cluster);
        faults = _options.Canary ? [Canary.Fault] : Chosen(faults);
        await CreateTopicAsync(cancel);
        await using var workload = await ClientWorkload.StartAsync(_cluster.Bootstrap, Topic, _recorder);
        leftOut = [.. leftOut, .. workload.LeftOut];
        await WaitUntilAsync(() => _recorder.IsFlowing(workload.Readers), cancel);
        Say(string.Create(
            CultureInfo.InvariantCulture, $"clients write and read; faults come for {_options.Minutes} minutes"));
        await InjectAsync(faults, workload, cancel);

        Say("all faults are over; producers stop, and readers read on to the end");
        _cluster.Heal();
        await NeedWholeAsync("at the end", cancel);
        await workload.StopProducersAsync(StopPatience);
        var final = await FinalReading.ReadAsync(_cluster.Bootstrap, Topic, Partitions, cancel);
        await WaitForReadersAsync(workload.Readers, final, cancel);
        await workload.StopConsumersAsync(StopPatience);
        var committed = await CommittedAsync(workload.Groups, cancel);
        await StopBrokersAsync();

        if (_cluster.Evictions > 0)
        {
            Say($"silos that were taken for dead, ended, and were started again: {_cluster.Evictions}");
        }

        _failures.AddRange(workload.Failures);
        var history = _recorder.ToHistory() with
        {
            Final = final,
            Readers = workload.Readers,
            CommittedAtEnd = committed,
        };
        Say("judging");
        return new RunReport
        {
            Faults = _tallies,
            LeftOut = leftOut,
            Findings = Checker.Check(history),
            Counts = _recorder.Counts,
            Checked = final.Values.Sum(records => (long)records.Count),
            BatchesCompared = CompareReplicas(),
            Failures = _failures,
        };
    }

    /// <summary>What the clients remarked: failures that they got over.</summary>
    public IReadOnlyCollection<(string First, int Count)> Remarks => _recorder.Remarks;

    private IReadOnlyList<Fault> Chosen(IReadOnlyList<Fault> faults)
    {
        var unknown = _options.Faults.Except(faults.Select(fault => fault.Name)).ToList();
        if (unknown.Count > 0)
        {
            throw new FormatException(
                $"--faults: '{unknown[0]}' is none of {string.Join(", ", faults.Select(fault => fault.Name))}.");
        }

        return _options.Faults.Count == 0 ? faults : [.. faults.Where(fault => _options.Faults.Contains(fault.Name))];
    }

    private async Task CreateTopicAsync(CancellationToken cancel)
    {
        Say($"three brokers start in {_cluster.Folder}");
        await WaitForBrokersAsync(cancel);
        await _cluster.Admin.CreateTopicAsync(
            new NewTopic
            {
                Name = Topic,
                Partitions = Partitions,
                ReplicationFactor = 3,
                Configs = new Dictionary<string, string>
                {
                    ["min.insync.replicas"] = _options.Canary ? "1" : "2",
                    ["unclean.leader.election.enable"] = _options.Canary ? "true" : "false",
                    ["message.timestamp.after.max.ms"] = "86400000",

                    // So that logs have several segments within a short run.
                    ["segment.bytes"] = "4194304",
                },
            },
            cancel);
        await NeedWholeAsync("at the start", cancel);
    }

    private async Task WaitForBrokersAsync(CancellationToken cancel)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < StartPatience;)
        {
            try
            {
                var known = await _cluster.Admin.DescribeClusterAsync(cancel);
                if (known.Brokers.Count(static broker => !broker.IsFenced) == ChaosCluster.Ids.Count)
                {
                    return;
                }
            }
            catch (KafkaException)
            {
                // Nobody is there yet.
            }

            _cluster.Supervise();

            await Task.Delay(100, cancel);
        }

        throw new InvalidOperationException(
            $"The three brokers do not become a cluster; the first one says:\n{_cluster.Brokers[1].Tail(lines: 20)}");
    }

    private async Task InjectAsync(IReadOnlyList<Fault> faults, ClientWorkload workload, CancellationToken cancel)
    {
        _tallies.AddRange(faults.Select(fault => new FaultTally(fault.Name)));
        var began = Stopwatch.GetTimestamp();
        var minutes = TimeSpan.FromMinutes(_options.Minutes);
        var waiting = new Queue<Fault>();
        while (_failures.Count == 0
            && (Stopwatch.GetElapsedTime(began) < minutes || _tallies.Exists(tally => tally.Count == 0)))
        {
            if (waiting.Count == 0)
            {
                // Each once, then each once more: in a new order.
                var order = faults.ToArray();
                _random.Shuffle(order);
                waiting = new Queue<Fault>(order);
            }

            await InjectAsync(waiting.Dequeue(), cancel);
            _failures.AddRange(workload.Failures.Except(_failures));
        }
    }

    private async Task InjectAsync(Fault fault, CancellationToken cancel)
    {
        var from = Stopwatch.GetTimestamp();
        var scene = new FaultScene(_cluster, Topic, _random, text => Say($"{fault.Name}: {text}"), cancel);
        try
        {
            await fault.RunAsync(scene);
        }
        catch (KafkaException failure)
        {
            // The cluster was asked whom to hurt, and nobody answered.
            _failures.Add($"{fault.Name}: {failure.Message}");
        }

        var over = Stopwatch.GetTimestamp();
        foreach (var ended in _cluster.Heal())
        {
            _failures.Add($"{fault.Name}: broker {ended} has ended by itself");
        }

        await NeedWholeAsync($"after '{fault.Name}'", cancel);
        await Task.Delay(500, cancel);
        var gap = _recorder.LongestGap(from, Stopwatch.GetTimestamp());
        var healing = Stopwatch.GetElapsedTime(over);
        _tallies.Single(tally => tally.Name == fault.Name).Add(gap, healing);
        var (written, acknowledged, read) = _recorder.Counts;
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"  healed within {healing.TotalSeconds:0.0} s, longest gap {gap.TotalSeconds:0.0} s; " +
            $"{written:N0} written, {acknowledged:N0} acknowledged, {read:N0} read"));
    }

    private async Task NeedWholeAsync(string when, CancellationToken cancel)
    {
        if (await _cluster.WaitUntilWholeAsync([Topic], HealPatience, cancel) is { } missing)
        {
            _failures.Add($"not whole within {HealPatience.TotalSeconds} s {when}: {missing}");
        }
    }

    private Task WaitForReadersAsync(
        IReadOnlyList<string> readers, IReadOnlyDictionary<int, IReadOnlyList<Seen>> final, CancellationToken cancel) =>
        WaitUntilAsync(
            () => readers.All(reader => final.All(each =>
                each.Value.Count == 0 || _recorder.EndOf(reader, each.Key) > each.Value[^1].Offset)),
            cancel);

    /// <summary>Where it does not come about in time, the checker tells what is missing.</summary>
    private static async Task WaitUntilAsync(Func<bool> condition, CancellationToken cancel)
    {
        for (var began = Stopwatch.GetTimestamp();
            !condition() && Stopwatch.GetElapsedTime(began) < HealPatience;)
        {
            await Task.Delay(100, cancel);
        }
    }

    private async Task<IReadOnlyList<Commit>> CommittedAsync(IReadOnlyList<string> groups, CancellationToken cancel)
    {
        var committed = new List<Commit>();
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = _cluster.Bootstrap });
        foreach (var group in groups)
        {
            var offsets = await client.Admin.ListGroupOffsetsAsync(group, cancel: cancel);
            committed.AddRange(offsets.Select(each => new Commit(group, each.Key.Partition, each.Value.Offset)));
        }

        return committed;
    }

    private async Task StopBrokersAsync()
    {
        var stopped = await Task.WhenAll(_cluster.Brokers.Values.Select(async broker =>
            (broker.Id, IsClean: await broker.StopAsync())));
        _failures.AddRange(stopped.Where(each => !each.IsClean).Select(each =>
            $"broker {each.Id} did not stop in order at the end"));
    }

    private int CompareReplicas()
    {
        var folders = _cluster.Brokers.ToDictionary(each => each.Key, each => each.Value.DataFolder);
        var compared = 0;
        for (var partition = 0; partition < Partitions; partition++)
        {
            var (differences, batches) = ReplicaComparer.Compare(folders, $"{Topic}-{partition}");
            _failures.AddRange(differences);
            compared += batches;
        }

        return compared;
    }

    private void Say(string text) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_began).TotalSeconds,7:0.0} s  {text}"));
}
