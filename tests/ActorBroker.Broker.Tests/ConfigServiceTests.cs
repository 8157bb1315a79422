using ActorBroker.Broker.Admin;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using static ActorBroker.Broker.Admin.ConfigOperation;

namespace ActorBroker.Broker.Tests;

public sealed class ConfigServiceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_changed_topic_config_is_in_force_at_once_and_after_a_restart()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();

        Assert.Equal(ErrorCode.None, await AlterAsync(broker, Change("max.message.bytes", Set, "100")));
        await partition.Actor.AskAsync(static _ => true);

        Assert.Equal(
            ErrorCode.MessageTooLarge, (await broker.ProduceAsync(partition, 1, new string('x', 200))).Error);
        await broker.RestartAsync();
        Assert.Equal(100, broker.Find().Config.MaxMessageBytes);
        var entry = Assert.Single(
            broker.Node.Configs.DescribeTopic("events"), entry => entry.Name == "max.message.bytes");
        Assert.Equal(("100", ConfigSource.TopicConfig), (entry.Value, entry.Source));
    }

    [Fact]
    public async Task Incremental_changes_touch_only_what_they_name()
    {
        await using var broker = await TestBroker.StartedAsync();
        await broker.CreateTopicAsync("events", ("retention.ms", "5"), ("segment.ms", "7"));

        Assert.Equal(
            ErrorCode.None,
            await AlterAsync(
                broker, Change("retention.ms", Delete, null), Change("cleanup.policy", Append, "compact")));

        Assert.Equal(
            ["cleanup.policy=delete,compact", "segment.ms=7"],
            broker.Node.Cluster.TopicsByName["events"].Configs.Select(config => $"{config.Key}={config.Value}"));
        Assert.Equal(ErrorCode.None, await AlterAsync(broker, Change("cleanup.policy", Subtract, "delete")));
        Assert.Equal("compact", broker.Node.Cluster.TopicsByName["events"].Configs["cleanup.policy"]);
    }

    [Fact]
    public async Task Replacing_all_sets_the_rest_back()
    {
        await using var broker = await TestBroker.StartedAsync();
        await broker.CreateTopicAsync("events", ("retention.ms", "5"));

        var result = await broker.Node.Configs.AlterTopicAsync(
            "events", [Change("segment.ms", Set, "7")], replaceAll: true, validateOnly: false, Cancel);

        Assert.Equal(ErrorCode.None, result.Error);
        Assert.Equal(["segment.ms"], broker.Node.Cluster.TopicsByName["events"].Configs.Keys);
    }

    [Fact]
    public async Task Bad_changes_change_nothing()
    {
        await using var broker = await TestBroker.StartedAsync();
        await broker.CreateTopicAsync();

        Assert.Equal(ErrorCode.InvalidConfig, await AlterAsync(broker, Change("retention.ms", Set, "soon")));
        Assert.Equal(ErrorCode.InvalidConfig, await AlterAsync(broker, Change("no.such.thing", Set, "1")));
        Assert.Equal(ErrorCode.InvalidConfig, await AlterAsync(broker, Change("retention.ms", Set, null)));
        Assert.Equal(ErrorCode.InvalidConfig, await AlterAsync(broker, Change("retention.ms", Append, "1")));
        Assert.Equal(
            ErrorCode.InvalidRequest,
            await AlterAsync(broker, Change("retention.ms", Set, "1"), Change("retention.ms", Set, "2")));
        Assert.Empty(broker.Node.Cluster.TopicsByName["events"].Configs);
        var unknown = await broker.Node.Configs.AlterTopicAsync("none", [], false, false, Cancel);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, unknown.Error);
    }

    [Fact]
    public async Task Validating_only_changes_nothing()
    {
        await using var broker = await TestBroker.StartedAsync();
        await broker.CreateTopicAsync();

        var result = await broker.Node.Configs.AlterTopicAsync(
            "events", [Change("retention.ms", Set, "5")], replaceAll: false, validateOnly: true, Cancel);

        Assert.Equal(ErrorCode.None, result.Error);
        Assert.Empty(broker.Node.Cluster.TopicsByName["events"].Configs);
    }

    [Fact]
    public async Task A_dynamic_broker_config_reaches_every_topic_at_once_and_survives_a_restart()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();

        Assert.Equal(ErrorCode.None, await AlterBrokerAsync(broker, null, Change("log.retention.ms", Set, "11")));
        await partition.Actor.AskAsync(static _ => true);
        Assert.Equal(11, partition.Config.RetentionMs);
        Assert.Equal(ErrorCode.None, await AlterBrokerAsync(broker, 1, Change("log.retention.ms", Set, "22")));

        await broker.RestartAsync();

        Assert.Equal(22, broker.Find().Config.RetentionMs);
        var entry = Assert.Single(broker.Node.Configs.DescribeBroker(), entry => entry.Name == "log.retention.ms");
        Assert.Equal(ConfigSource.DynamicBrokerConfig, entry.Source);
        Assert.Equal(ErrorCode.None, await AlterBrokerAsync(broker, 1, Change("log.retention.ms", Delete, null)));
        await broker.Find().Actor.AskAsync(static _ => true);
        Assert.Equal(11, broker.Find().Config.RetentionMs);
    }

    [Fact]
    public async Task Broker_configs_that_cannot_change_at_run_time_are_refused()
    {
        await using var broker = await TestBroker.StartedAsync();

        Assert.Equal(ErrorCode.InvalidConfig, await AlterBrokerAsync(broker, null, Change("num.partitions", Set, "3")));
        Assert.Equal(ErrorCode.InvalidConfig, await AlterBrokerAsync(broker, null, Change("nonsense", Set, "3")));
        Assert.Equal(
            ErrorCode.InvalidRequest, await AlterBrokerAsync(broker, 99, Change("log.retention.ms", Set, "3")));
    }

    [Fact]
    public async Task Producer_ids_are_never_given_twice_whatever_happens()
    {
        await using var broker = await TestBroker.StartedAsync();
        var ids = new List<long>();

        for (var life = 0; life < 4; life++)
        {
            var taken = await Task.WhenAll(Enumerable.Range(0, 1200).Select(
                _ => Task.Run(async () => await broker.Node.ProducerIds.NextAsync(Cancel))));
            ids.AddRange(taken);
            await (life % 2 == 0 ? broker.LosePowerAsync() : broker.RestartAsync());
        }

        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.True(id >= 0));
    }

    private static ConfigChange Change(string name, ConfigOperation operation, string? value) =>
        new(name, operation, value);

    private static async Task<ErrorCode> AlterAsync(TestBroker broker, params ConfigChange[] changes) =>
        (await broker.Node.Configs.AlterTopicAsync("events", changes, false, false, Cancel)).Error;

    private static async Task<ErrorCode> AlterBrokerAsync(TestBroker broker, int? id, params ConfigChange[] changes) =>
        (await broker.Node.Configs.AlterBrokerAsync(id, changes, false, false, Cancel)).Error;
}
