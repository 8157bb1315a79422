using ActorBroker.Broker.Tests.Support;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Tests.Cluster;

/// <summary>What a broker that starts says about the replicas that it finds on its disk.</summary>
public sealed class BrokerLifeTests : IAsyncDisposable
{
    private const string Topic = "orders";
    private readonly NodeCluster _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task An_old_copy_of_a_data_folder_is_not_taken_for_what_its_broker_held_last()
    {
        await _cluster.StartAsync(1);
        await _cluster.StartAsync(2);
        await _cluster.CreateTopicAsync(Topic, replicas: 2, ("min.insync.replicas", "2"));
        var leader = _cluster.StateOf(Topic, 1).Leader;
        await _cluster.ProduceAsync(leader, Topic, "before");
        await _cluster.StopAsync(2);
        var copy = _cluster.CopyOf(2);
        await _cluster.StartAsync(2);
        await _cluster.UntilAsync(2, Topic, state => state.InSync.Length == 2 && state.Leader >= 0);
        await _cluster.UntilAsync(1, Topic, state => state.InSync.Length == 2 && state.Leader >= 0);
        await _cluster.ProduceAsync(_cluster.StateOf(Topic, 1).Leader, Topic, "after");

        // Nothing is committed without it, so as the catalogue has it, it may lead.
        await _cluster.KillAsync(2);
        await _cluster.UntilAsync(1, Topic, state => state.EligibleLeaders.Contains(2));
        await _cluster.KillAsync(1);
        _cluster.Take(2, copy);
        await _cluster.StartAsync(2);
        await _cluster.StartAsync(1);

        await _cluster.UntilAsync(1, Topic, state => state.InSync.Length == 2 && state.Leader >= 0);
        await _cluster.UntilAsync(2, Topic, state => state.InSync.Length == 2 && state.Leader >= 0);
        foreach (var id in (int[])[1, 2])
        {
            var replica = _cluster.Replica(id, Topic);
            await Until.TrueAsync(() => replica.HighWatermark == 2);
            Assert.Equal(["before", "after"], replica.ReadAll(orFollower: true));
        }
    }

    [Fact]
    public async Task A_clean_stop_that_follows_a_clean_stop_keeps_its_place()
    {
        await _cluster.StartAsync(1);
        await _cluster.StartAsync(2);
        await _cluster.CreateTopicAsync(Topic, replicas: 2, ("min.insync.replicas", "2"));
        await _cluster.ProduceAsync(_cluster.StateOf(Topic, 1).Leader, Topic, "one");
        await _cluster.StopAsync(2);
        await _cluster.UntilAsync(1, Topic, state => state.EligibleLeaders.Contains(2));
        await _cluster.KillAsync(1);

        await _cluster.StartAsync(2);

        await _cluster.UntilAsync(2, Topic, state => state.Leader == 2);
        Assert.Equal(["one"], _cluster.Replica(2, Topic).ReadAll(orFollower: true));
    }

    [Fact]
    public async Task A_start_that_fails_over_its_second_folder_leaves_the_first_one_clean()
    {
        await _cluster.StartAsync(1);
        await _cluster.StopAsync(1);
        _cluster.DiskOf(1).WriteAllBytes("/typo", [1]);

        await Assert.ThrowsAnyAsync<Exception>(() => _cluster.StartAsync(1, ("log.dirs", $"{NodeCluster.Root},/typo")));

        using var directory = LogDirectory.Open(NodeCluster.Root, _cluster.DiskOf(1), null, 1);
        Assert.True(directory.WasCleanShutdown);
    }
}
