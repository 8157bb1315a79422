using ActorBroker.Cli.Commands;
using ActorBroker.Cli.Moving;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Tests;

/// <summary>
/// What the tool shows of a cluster, and what it plans; what moves and elects is tested on a real one.
/// </summary>
public sealed class ClusterTests(Tool tool)
{
    [Fact]
    public async Task The_cluster_is_shown_with_its_brokers_and_partitions()
    {
        await tool.CreateAsync(2);
        var cluster = (await tool.RunAsync(0, "cluster", "describe", "--json")).Json.Single();
        var broker = Assert.Single(cluster.GetProperty("brokers").EnumerateArray());
        Assert.Equal(tool.Bootstrap, $"{broker.GetProperty("host")}:{broker.GetProperty("port")}");
        Assert.True(broker.GetProperty("controller").GetBoolean());
        Assert.Equal("live", broker.GetProperty("state").GetString());
        var count = cluster.GetProperty("partitions").GetInt32();
        Assert.True(count >= 2);
        Assert.Equal(count, broker.GetProperty("leads").GetInt32());
        Assert.Equal(0, cluster.GetProperty("without_leader").GetInt32());
        Assert.StartsWith(
            "cluster ", (await tool.RunAsync(0, "cluster", "describe")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Brokers_are_shown_with_their_disks()
    {
        var shown = (await tool.RunAsync(0, "brokers", "describe", "1", "--json")).Json.Single();
        Assert.Equal(1, Assert.Single(shown.GetProperty("brokers").EnumerateArray()).GetProperty("broker").GetInt32());
        var disk = Assert.Single(shown.GetProperty("log_directories").EnumerateArray());
        Assert.True(disk.GetProperty("volume_bytes").GetInt64() > 0);
        var refusal = await tool.RunAsync(2, "brokers", "describe", "7");
        Assert.Contains("The cluster has no broker 7: it has 1.", refusal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_whose_replicas_have_no_other_place_is_not_drained()
    {
        await tool.CreateAsync(1);
        var refusal = await tool.RunAsync(1, "brokers", "drain", "1", "--execute");
        Assert.Contains("Start another broker", refusal.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Give either --replicas or --plan", "partitions", "reassign")]
    [InlineData("name the partitions with --topic", "partitions", "elect", "--unclean")]
    [InlineData("write topic:partition=brokers", "partitions", "reassign", "--replicas", "orders=1,2")]
    [InlineData("'--from' is required", "partitions", "move", "--to", "1")]
    [InlineData("at least 1", "partitions", "move", "--from", "1", "--throttle", "0")]
    [InlineData("Give either --cancel or --wait", "partitions", "moves", "--cancel", "--wait")]
    public async Task What_makes_no_sense_is_told_before_anybody_is_asked(string expected, params string[] arguments)
    {
        var refusal = await tool.RunAsync(2, arguments);
        Assert.Contains(expected, refusal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replica_goes_to_another_rack_and_where_the_fewest_are()
    {
        var brokers = new[] { Broker(1, "a"), Broker(2, "b"), Broker(3, "b"), Broker(4, "c"), Broker(5, "c") };
        var topics = new[]
        {
            Topic("full", [5, 2], [5, 2], [5, 3]),
            Topic("t", [1, 2], [2, 1]),
        };

        var moves = new MovePlanner(brokers, topics).Plan(1, null, _ => true);

        Assert.Equal(
            [("t-0", "4,2"), ("t-1", "2,4")],
            moves.Select(move => ($"{move.Partition}", string.Join(',', move.To))));
        Assert.All(moves, move => Assert.Equal([4], move.Copying));
    }

    [Fact]
    public void Replicas_spread_over_the_brokers_that_are_there()
    {
        var brokers = new[] { Broker(1, null), Broker(2, null), Broker(3, null), Broker(4, null, isAway: true) };
        var topics = new[] { Topic("t", [1], [1], [1], [1]) };

        var moves = new MovePlanner(brokers, topics).Plan(1, null, partition => partition.Partition != 3);

        Assert.Equal([2, 3, 2], moves.Select(move => Assert.Single(move.To)));
    }

    [Fact]
    public void Nothing_moves_to_a_broker_that_has_it_already()
    {
        var brokers = new[] { Broker(1, null), Broker(2, null), Broker(3, null) };
        var topics = new[] { Topic("t", [1, 2], [3, 1]) };

        var move = Assert.Single(new MovePlanner(brokers, topics).Plan(1, 2, _ => true));

        Assert.Equal((new TopicPartition("t", 1), "3,2"), (move.Partition, string.Join(',', move.To)));
    }

    [Fact]
    public void What_has_no_other_place_is_named_with_what_can_be_done()
    {
        var brokers = new[] { Broker(1, null), Broker(2, null), Broker(3, null, isAway: true) };
        var refusal = Assert.Throws<KafkaException>(
            () => new MovePlanner(brokers, [Topic("t", [1, 2])]).Plan(1, null, _ => true));
        Assert.Contains("partitions reassign --replicas t:0=2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_that_nobody_can_list_are_told_of()
    {
        var whole = Topic("__consumer_offsets", [1, 2], [2, 1]);
        Assert.Null(GroupViews.Unlisted(whole));

        var half = whole with { Partitions = [whole.Partitions[0], whole.Partitions[1] with { LeaderId = -1 }] };
        Assert.StartsWith("1 of 2 partitions", GroupViews.Unlisted(half), StringComparison.Ordinal);
    }

    private static BrokerDescription Broker(int id, string? rack, bool isAway = false) =>
        new(id, "host", 9092, rack, isAway);

    private static TopicDescription Topic(string name, params int[][] replicas) => new(
        name,
        Guid.NewGuid(),
        IsInternal: false,
        [.. replicas.Select((ids, index) => new PartitionDescription(index, ids[0], 0, ids, ids))]);
}
