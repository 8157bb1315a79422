using ActorBroker.Records;

namespace ActorBroker.Broker.Tests.Cluster;

/// <summary>The offsets topic in a cluster that grows.</summary>
public sealed class OffsetsTopicTests
{
    private const string Name = "__consumer_offsets";

    [Fact]
    public async Task A_group_that_came_before_the_other_brokers_outlives_the_first_one()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var cluster = await TestCluster.StartedAsync(1, ("offsets.topic.num.partitions", "3"));
        Assert.Equal(ErrorCode.None, (await cluster[1].Groups.FindAsync("orders", cancel)).Error);

        await cluster.StartAsync(2);
        await cluster.StartAsync(3);

        await cluster.AllKnowAsync(image => image.TopicsByName.TryGetValue(Name, out var topic) &&
            topic.Partitions.All(each => each is { IsReassigning: false, InSync.Length: 3 }));
        await cluster.CrashAsync(1);
        await cluster.AllKnowAsync(image => image.TopicsByName[Name].Partitions.All(each => each.Leader > 1));
        var found = await cluster[2].Groups.FindAsync("orders", cancel);
        Assert.Equal(ErrorCode.None, found.Error);
        Assert.True(found.BrokerId > 1);
    }
}
