using System.Collections.Immutable;
using ActorBroker.Broker.Admin;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using ActorBroker.Storage;
using ActorBroker.Storage.Simulation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Broker.Tests.Support;

/// <summary>
/// A broker on a disk in memory, under a clock that the test moves; it can be killed, cut off power, restarted.
/// </summary>
internal sealed class TestBroker : IAsyncDisposable
{
    public const string Root = "/data";
    private readonly Dictionary<string, string> _settings = new() { ["log.dirs"] = Root };
    private BrokerNode? _node;

    public ManualTime Time { get; } = new();

    public MemoryFileSystem Disk { get; private init; } = null!;

    /// <summary>Stands in for <see cref="Disk"/> where a test wraps it.</summary>
    public IFileSystem? Files { get; set; }

    public ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;

    public BrokerNode Node => _node!;

    public static TestBroker Create(params (string Name, string Value)[] settings)
    {
        var time = new ManualTime();
        var broker = new TestBroker(time);
        foreach (var (name, value) in settings)
        {
            broker._settings[name] = value;
        }

        return broker;
    }

    private TestBroker(ManualTime time)
    {
        Time = time;
        Disk = new MemoryFileSystem { Time = time };
    }

    public static async Task<TestBroker> StartedAsync(params (string Name, string Value)[] settings)
    {
        var broker = Create(settings);
        await broker.StartAsync();
        return broker;
    }

    public void Set(string name, string value) => _settings[name] = value;

    public async Task StartAsync() => _node = await BrokerNode.StartAsync(
        BrokerConfig.Parse(_settings.Select(setting => new ConfigInput(setting.Key, setting.Value, "test"))),
        new BrokerEnvironment(Time, Loggers, Files ?? Disk),
        TestContext.Current.CancellationToken);

    /// <summary>A graceful stop and a new start.</summary>
    public async Task RestartAsync()
    {
        await Node.StopAsync(TestContext.Current.CancellationToken);
        await StartAsync();
    }

    /// <summary>The process dies: what was written is there, what was in memory is not.</summary>
    public async Task KillAsync()
    {
        Disk.Kill();
        await AbandonAsync();
        await StartAsync();
    }

    /// <summary>The machine loses power: what was not synced is gone.</summary>
    public async Task LosePowerAsync()
    {
        Disk.Crash();
        await AbandonAsync();
        await StartAsync();
    }

    public async Task<Partition> CreateTopicAsync(string name = "events", params (string Name, string Value)[] configs)
    {
        var topic = new NewTopic(
            name, 1, 1, null, configs.ToImmutableDictionary(config => config.Name, config => (string?)config.Value));
        var result = Assert.Single(
            await Node.Topics.CreateAsync([topic], false, TestContext.Current.CancellationToken));
        Assert.Equal((ErrorCode.None, null), (result.Error, result.Message));
        return Find(name);
    }

    public Partition Find(string name = "events", int partition = 0)
    {
        Assert.True(Node.TryGetPartition(name, partition, out var found));
        return found;
    }

    public ValueTask<ProduceResult> ProduceAsync(Partition partition, short acks, params string[] values) =>
        partition.ProduceAsync(Batches.Produce(acks, Time.NowMs, RecordBatchOptions.Default, values));

    public async Task<long> MustProduceAsync(Partition partition, params string[] values)
    {
        var result = await ProduceAsync(partition, -1, values);
        Assert.Equal((ErrorCode.None, null), (result.Error, result.Message));
        return result.BaseOffset;
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is { } node)
        {
            await node.DisposeAsync();
        }
    }

    /// <summary>
    /// The handles of the old broker are dead, so its stop can't change the disk; it only ends its threads. A clean
    /// marker that it might leave is taken away.
    /// </summary>
    private async Task AbandonAsync()
    {
        Disk.IsReadOnly = true;
        var files = Disk.ListFiles(Root).ToHashSet();
        await Node.StopAsync(TestContext.Current.CancellationToken);
        Disk.IsReadOnly = false;
        Assert.Equal(files, Disk.ListFiles(Root).ToHashSet());
    }
}

/// <summary>Reading as a consumer does.</summary>
internal static class PartitionReading
{
    public static List<string> ReadAll(this Partition partition, long from = 0, bool orFollower = false)
    {
        var values = new List<string>();
        while (true)
        {
            using var result = partition.Fetch(new FetchQuery(
                from, 1 << 20, true, IsolationLevel.ReadUncommitted, AllowFollower: orFollower));
            Assert.Equal(ErrorCode.None, result.Error);
            if (result.Records.IsEmpty)
            {
                return values;
            }

            var bytes = result.Records.ToArray();
            values.AddRange(Batches.Values(bytes));
            for (var rest = bytes.AsSpan(); RecordBatchHeader.TryRead(rest, out var header);
                rest = rest[header.SizeInBytes..])
            {
                from = header.NextOffset;
            }
        }
    }
}
