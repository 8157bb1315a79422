using ActorBroker.Broker.Tests.Support;
using ActorBroker.Core.Topics;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests.Groups;

public sealed class CoordinatorTests
{
    [Fact]
    public async Task The_offsets_topic_is_made_when_a_coordinator_is_first_asked_for()
    {
        await using var broker = await TestBroker.StartedAsync(("offsets.topic.num.partitions", "7"));
        await broker.CreateTopicAsync();
        Assert.Equal(ErrorCode.NotCoordinator, await broker.CommitAsync("g", 1));
        Assert.DoesNotContain(TopicNames.ConsumerOffsets, broker.Node.Cluster.TopicsByName.Keys);

        await broker.FindAsync("g");

        var topic = broker.Node.Cluster.TopicsByName[TopicNames.ConsumerOffsets];
        Assert.Equal(7, topic.Partitions.Length);
        Assert.All(topic.Partitions, partition => Assert.Equal([broker.Node.BrokerId], partition.Replicas));
        Assert.Equal(
            ["cleanup.policy=compact", "compression.type=producer", "segment.bytes=104857600"],
            topic.Configs.Select(config => $"{config.Key}={config.Value}"));
        Assert.Equal(ErrorCode.None, await broker.CommitAsync("g", 1));
    }

    [Fact]
    public async Task Offsets_survive_a_restart_a_kill_and_a_loss_of_power_after_a_flush()
    {
        await using var broker = await TestBroker.StartedAsync(("offsets.topic.num.partitions", "3"));
        await broker.CreateTopicAsync();
        await broker.FindAsync("g");
        for (var group = 0; group < 20; group++)
        {
            await broker.MustCommitAsync($"g{group}", 100 + group);
        }

        await broker.RestartAsync();
        Assert.Equal(105, await broker.CommittedAsync("g5"));
        await broker.MustCommitAsync("g5", 1005);

        await broker.KillAsync();
        Assert.Equal(1005, await broker.CommittedAsync("g5"));
        for (var group = 0; group < 20; group++)
        {
            Assert.Equal(group == 5 ? 1005 : 100 + group, await broker.CommittedAsync($"g{group}"));
        }
    }
}
