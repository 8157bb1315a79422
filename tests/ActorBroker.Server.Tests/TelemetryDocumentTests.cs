using System.Diagnostics.Metrics;
using System.Text;
using ActorBroker.Broker;
using ActorBroker.Server.Telemetry;
using ActorBroker.TestSupport;

namespace ActorBroker.Server.Tests;

/// <summary>docs/telemetry.md lists the instruments that a broker has.</summary>
public sealed class TelemetryDocumentTests
{
    private const string Begin = "<!-- instruments: written by a test -->\n";
    private const string End = "<!-- end of instruments -->\n";

    // A tag is not a part of an instrument: it comes with the measurements.
    private static readonly Dictionary<string, string> Tags = new()
    {
        ["actorbroker.broker.batches_in"] = "topic",
        ["actorbroker.broker.bytes_in"] = "topic",
        ["actorbroker.broker.bytes_out"] = "topic",
        ["actorbroker.broker.disk.free"] = "log.dir",
        ["actorbroker.broker.disk.size"] = "log.dir",
        ["actorbroker.broker.group.lag"] = "group, topic",
        ["actorbroker.broker.group.lag.time"] = "group, topic",
        ["actorbroker.broker.group.members"] = "group",
        ["actorbroker.broker.groups"] = "state",
        ["actorbroker.broker.log.size"] = "topic",
        ["actorbroker.broker.records_in"] = "topic",
        ["actorbroker.gateway.connections"] = "listener",
        ["actorbroker.gateway.connections.accepted"] = "listener",
        ["actorbroker.gateway.connections.refused"] = "listener",
        ["actorbroker.gateway.errors"] = "api, error",
        ["actorbroker.gateway.request.bytes"] = "api",
        ["actorbroker.gateway.request.duration"] = "api",
        ["actorbroker.gateway.requests"] = "api",
        ["actorbroker.gateway.response.bytes"] = "api",
    };

    [Fact]
    public async Task The_page_lists_every_instrument()
    {
        var cancel = TestContext.Current.CancellationToken;
        var path = Path.Combine(RepositoryPaths.Root, "docs", "telemetry.md");
        var page = (await File.ReadAllTextAsync(path, cancel)).ReplaceLineEndings("\n");
        var from = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var to = page.IndexOf(End, StringComparison.Ordinal);

        var expected = page[..from] + await TableAsync(cancel) + page[to..];

        if (Environment.GetEnvironmentVariable("ACTORBROKER_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(path, expected, cancel);
            page = expected;
        }

        Assert.True(
            page == expected, "docs/telemetry.md is out of date: run the tests once with ACTORBROKER_WRITE_DOCS=1");
    }

    private static async Task<string> TableAsync(CancellationToken cancel)
    {
        var found = new SortedDictionary<string, Instrument>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                // Clients in this process have meters of their own, and other tests do.
                if (instrument.Meter.Scope is BrokerMeters &&
                    instrument.Name.StartsWith("actorbroker.", StringComparison.Ordinal))
                {
                    lock (found)
                    {
                        found[instrument.Name] = instrument;
                    }
                }
            },
        };
        listener.Start();
        await using var broker = await EmbeddedBroker.StartAsync(cancel: cancel);
        var table = new StringBuilder("| name | type | unit | tags | meaning |\n|---|---|---|---|---|\n");
        Instrument[] instruments;
        lock (found)
        {
            instruments = [.. found.Values];
        }

        foreach (var instrument in instruments)
        {
            var type = MetricKinds.Of(instrument) switch
            {
                MetricKind.Counter or MetricKind.ObservedCounter => "counter",
                MetricKind.Histogram => "histogram",
                _ => "gauge",
            };
            table.Append('|').AppendJoin(
                '|', $" `{instrument.Name}` ", $" {type} ", $" `{instrument.Unit}` ",
                $" {Tags.GetValueOrDefault(instrument.Name)} ", $" {instrument.Description} ").Append("|\n");
        }

        return table.ToString().Replace("|  |", "| |", StringComparison.Ordinal);
    }
}
