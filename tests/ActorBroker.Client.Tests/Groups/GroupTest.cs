using ActorBroker.Assignors;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests.Groups;

/// <summary>A cluster with one topic, a group on it, and a member.</summary>
public abstract class GroupTest : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _toDispose = [];

    private protected GroupTest(int brokers = 1, int partitions = 2)
    {
        Cluster = new LogCluster(brokers, partitions);
        Group = new FakeGroup(Cluster);
    }

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected LogCluster Cluster { get; }

    private protected FakeGroup Group { get; }

    private protected GroupLog Log { get; } = new();

    protected static ConsumerOptions Options { get; } = new()
    {
        GroupId = FakeGroup.Name,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        HeartbeatInterval = TimeSpan.FromMilliseconds(10),
        EnableAutoCommit = false,
    };

    protected static ConsumerOptions Cooperative { get; } = Options with
    {
        Assignors = [PartitionAssignors.CooperativeSticky],
    };

    /// <summary>A member that is subscribed to the topic; it has joined when it is read.</summary>
    private protected Consumer<Ignore, string?> NewMember(
        ConsumerOptions? options = null, RebalanceHandlers? handlers = null, TimeSpan? requestTimeout = null)
    {
        var consumer = NewConsumer(options, requestTimeout);
        consumer.Subscribe([LogCluster.Topic], handlers ?? Log.Handlers);
        return consumer;
    }

    private protected Consumer<Ignore, string?> NewConsumer(
        ConsumerOptions? options = null, TimeSpan? requestTimeout = null)
    {
        var client = Cluster.NewClient(requestTimeout: requestTimeout);
        var consumer = ConsumerTests.NewConsumer(client, options ?? Options);
        _toDispose.Insert(0, client);
        _toDispose.Insert(0, consumer);
        return consumer;
    }

    protected static async Task<List<string>> TakeAsync<TKey, TValue>(Consumer<TKey, TValue> consumer, int count) =>
        await consumer.ReadAllAsync(Cancel).Take(count)
            .Select(each => $"{each.Partition}@{each.Offset}:{each.Value}").ToListAsync(Cancel);

    /// <summary>Reads until a condition holds; its records are let pass.</summary>
    private protected static async Task ReadUntilAsync<TKey, TValue>(
        Consumer<TKey, TValue> consumer, Func<bool> condition)
    {
        while (!condition())
        {
            await consumer.PollAsync(TimeSpan.FromMilliseconds(5), Cancel);
        }
    }

    protected static async Task WaitForAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(1, Cancel);
        }
    }

    protected static TopicPartition Partition(int index) => new(LogCluster.Topic, index);

    public async ValueTask DisposeAsync()
    {
        foreach (var each in _toDispose)
        {
            await each.DisposeAsync();
        }

        await Cluster.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
