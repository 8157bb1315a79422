using ActorBroker.Core.Configuration;

namespace ActorBroker.Core.Tests.Configuration;

public sealed class GroupConfigTests
{
    private static readonly BrokerConfig Broker =
        BrokerConfig.Parse([new ConfigInput("group.consumer.session.timeout.ms", "46000", "the test")]);

    [Theory]
    [InlineData("consumer.session.timeout.ms", "45000", null)]
    [InlineData("consumer.session.timeout.ms", "60000", null)]
    [InlineData("consumer.session.timeout.ms", "44999", "group.consumer.min.session.timeout.ms is 45000")]
    [InlineData("consumer.session.timeout.ms", "60001", "group.consumer.max.session.timeout.ms is 60000")]
    [InlineData("consumer.session.timeout.ms", "soon", "not")]
    [InlineData("consumer.heartbeat.interval.ms", "5000", null)]
    [InlineData("consumer.heartbeat.interval.ms", "4999", "group.consumer.min.heartbeat.interval.ms is 5000")]
    [InlineData("consumer.heartbeat.interval.ms", "15001", "group.consumer.max.heartbeat.interval.ms is 15000")]
    [InlineData("consumer.session.timeout", "45000", "Unknown group config name")]
    public void A_group_may_set_what_the_broker_allows(string name, string value, string? problem)
    {
        var found = Broker.ValidateGroup(new Dictionary<string, string> { [name] = value });
        if (problem is null)
        {
            Assert.Null(found);
        }
        else
        {
            Assert.Contains(problem, found, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_session_is_longer_than_the_heartbeat_interval()
    {
        var broker = BrokerConfig.Parse(
            [new ConfigInput("group.consumer.min.session.timeout.ms", "1000", "the test")]);
        var found = broker.ValidateGroup(new Dictionary<string, string>
        {
            ["consumer.session.timeout.ms"] = "6000",
            ["consumer.heartbeat.interval.ms"] = "6000",
        });
        Assert.Contains("consumer.heartbeat.interval.ms", found, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_group_does_not_set_is_the_brokers()
    {
        var entries = Broker.DescribeGroup(
            new Dictionary<string, string> { ["consumer.heartbeat.interval.ms"] = "7000" });
        Assert.Equal(
            [
                ("consumer.heartbeat.interval.ms", "7000", ConfigSource.GroupConfig),
                ("consumer.session.timeout.ms", "46000", ConfigSource.StaticBrokerConfig),
            ],
            entries.Select(static entry => (entry.Name, entry.Value, entry.Source)));
        Assert.All(entries, static entry => Assert.False(entry.IsReadOnly));
    }
}
