using ActorBroker.Core.Configuration;

namespace ActorBroker.Core.Tests.Configuration;

/// <summary>Where a broker listens, and what it tells clients.</summary>
public sealed class ListenerTests
{
    [Theory]
    [InlineData("PLAINTEXT://127.0.0.1:9092", "PLAINTEXT", "127.0.0.1", 9092)]
    [InlineData("plaintext://example.org:19092", "PLAINTEXT", "example.org", 19092)]
    [InlineData("PLAINTEXT://:9092", "PLAINTEXT", "", 9092)]
    [InlineData("PLAINTEXT://0.0.0.0:0", "PLAINTEXT", "0.0.0.0", 0)]
    [InlineData("PLAINTEXT://[::1]:9092", "PLAINTEXT", "::1", 9092)]
    [InlineData("PLAINTEXT://[fe80::1%eth0]:9092", "PLAINTEXT", "fe80::1%eth0", 9092)]
    public void A_listener_is_read(string text, string name, string host, int port)
        => Assert.Equal(new Listener(name, host, port), Assert.Single(Parse(text).Listeners));

    [Fact]
    public void Several_listeners_stand_in_order()
    {
        var config = Parse(
            "PLAINTEXT://127.0.0.1:9092, EXTERNAL://:0,INSIDE://[::1]:9092",
            map: "PLAINTEXT:PLAINTEXT,external:plaintext,INSIDE:PLAINTEXT");

        Assert.Equal(["PLAINTEXT", "EXTERNAL", "INSIDE"], config.Listeners.Select(listener => listener.Name));
        Assert.Equal("INSIDE://[::1]:9092", config.Listeners[2].ToString());
    }

    [Theory]
    [InlineData("", "no listener")]
    [InlineData("127.0.0.1:9092", "is no listener; write NAME://host:port")]
    [InlineData("PLAINTEXT://127.0.0.1", "is no listener")]
    [InlineData("PLAINTEXT://127.0.0.1:", "is no listener")]
    [InlineData("PLAINTEXT://127.0.0.1:70000", "is no listener")]
    [InlineData("PLAINTEXT://127.0.0.1:-1", "is no listener")]
    [InlineData("PLAINTEXT://::1:9092", "is no listener")]
    [InlineData("PLAINTEXT://[::1:9092", "is no listener")]
    [InlineData("PLAINTEXT://[host]:9092", "is no listener")]
    [InlineData("://127.0.0.1:9092", "is no listener")]
    [InlineData("PLAIN TEXT://127.0.0.1:9092", "is no listener")]
    [InlineData("PLAINTEXT://a:1,PLAINTEXT://b:2", "stands there twice")]
    [InlineData("PLAINTEXT://a:1,INSIDE://b:2", "INSIDE is no known protocol; add INSIDE:PLAINTEXT")]
    [InlineData("SSL://127.0.0.1:9093", "SSL of SSL://127.0.0.1:9093 is not supported yet; use PLAINTEXT")]
    [InlineData("SASL_PLAINTEXT://127.0.0.1:9093", "not supported yet")]
    public void A_listener_that_cannot_be_opened_stops_the_start(string text, string expected)
        => Assert.Contains(expected, Refusal(text), StringComparison.Ordinal);

    [Fact]
    public void Two_listeners_on_one_port_stop_the_start()
        => Assert.Contains(
            "uses the port of another listener",
            Refusal("PLAINTEXT://a:1,INSIDE://a:1", map: "PLAINTEXT:PLAINTEXT,INSIDE:PLAINTEXT"),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("INSIDE:NONE")]
    [InlineData("INSIDE")]
    [InlineData("INSIDE:PLAINTEXT:x")]
    public void A_protocol_map_that_maps_nothing_stops_the_start(string map)
        => Assert.Contains("maps no listener name", Refusal("PLAINTEXT://a:1", map: map), StringComparison.Ordinal);

    [Theory]
    [InlineData("PLAINTEXT://:9092", "clients can't connect to")]
    [InlineData("PLAINTEXT://0.0.0.0:9092", "clients can't connect to")]
    [InlineData("PLAINTEXT://[::]:9092", "clients can't connect to")]
    [InlineData("PLAINTEXT://example.org:0", "clients can't connect to")]
    [InlineData("EXTERNAL://example.org:9092", "EXTERNAL is not one of listeners (PLAINTEXT)")]
    [InlineData("example.org:9092", "is no listener")]
    public void An_address_that_clients_cannot_use_stops_the_start(string advertised, string expected)
    {
        var message = Refusal("PLAINTEXT://a:1", advertised: advertised);

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.StartsWith($"advertised.listeners={advertised} (here): ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_advertised_may_differ_from_what_is_opened()
    {
        var config = Parse("PLAINTEXT://:9092", advertised: "PLAINTEXT://broker-1.example.org:31092");

        Assert.Equal(
            new Listener("PLAINTEXT", "broker-1.example.org", 31092), Assert.Single(config.AdvertisedListeners));
    }

    private static BrokerConfig Parse(string listeners, string? advertised = null, string? map = null)
    {
        var inputs = new List<ConfigInput> { new("listeners", listeners, "here") };
        if (advertised is not null)
        {
            inputs.Add(new ConfigInput("advertised.listeners", advertised, "here"));
        }

        if (map is not null)
        {
            inputs.Add(new ConfigInput("listener.security.protocol.map", map, "here"));
        }

        return BrokerConfig.Parse(inputs);
    }

    private static string Refusal(string listeners, string? advertised = null, string? map = null)
        => Assert.Throws<ConfigurationException>(() => Parse(listeners, advertised, map)).Message;
}
