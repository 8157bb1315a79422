using System.Text.Json;

namespace ActorBroker.Cli.Tests;

/// <summary><c>bench</c> with small counts: the figures are there and make sense.</summary>
public sealed class BenchTests(Tool tool)
{
    [Fact]
    public async Task Produce_tells_rate_and_surroundings_and_leaves_no_topic_behind()
    {
        var run = await tool.RunAsync(
            0, "bench", "produce", "--records", "20000", "--size", "100", "--partitions", "2", "--json");
        var report = Assert.Single(run.Json);
        var perSecond = Number(report, "produce_records_per_s");
        Assert.True(perSecond > 0);
        Assert.Equal(perSecond * 100 / 1024 / 1024, Number(report, "produce_mib_per_s"), tolerance: 0.1);
        Assert.Equal(20_000, Number(report, "delivered"));
        Assert.Equal((2, 20_000, 100), (
            Number(report, "partitions"), Number(report, "records"), Number(report, "size")));
        Assert.True(Number(report, "client_cpu_s") > 0);
        Assert.Contains(tool.Bootstrap, report.GetProperty("server").GetString()!, StringComparison.Ordinal);
        Assert.Contains("actorbroker", report.GetProperty("client").GetString()!, StringComparison.Ordinal);
        Assert.Contains("cores", report.GetProperty("machine").GetString()!, StringComparison.Ordinal);
        Assert.DoesNotContain(
            report.GetProperty("topic").GetString(), (await tool.RunAsync(0, "topics", "list")).Lines);
    }

    [Fact]
    public async Task A_kept_topic_holds_the_records_and_is_read_by_consume()
    {
        var topic = $"bench-{Guid.NewGuid():N}";
        var run = await tool.RunAsync(
            0, "bench", "produce", "--records", "5000", "--size", "10", "--topic", topic, "--keep", "--acks", "all");
        Assert.Contains("delivered 5000", run.Lines);
        var read = Assert.Single((await tool.RunAsync(
            0, "bench", "consume", "--topic", topic, "--records", "4000", "--json")).Json);
        Assert.Equal(4000, Number(read, "consumed"));
        Assert.True(Number(read, "consume_records_per_s") > 0);
        Assert.Contains(topic, (await tool.RunAsync(0, "topics", "list")).Lines);
    }

    [Fact]
    public async Task Consume_without_a_topic_writes_the_records_first()
    {
        var run = await tool.RunAsync(
            0, "bench", "consume", "--records", "3000", "--size", "200", "--partitions", "3", "--compression", "lz4");
        Assert.Contains("consumed 3000", run.Lines);
    }

    [Fact]
    public async Task Consume_of_an_empty_topic_says_what_to_do()
    {
        var topic = await tool.CreateAsync(1);
        var refused = await tool.RunAsync(1, "bench", "consume", "--topic", topic);
        Assert.Contains("has no records", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Latency_tells_rising_percentiles_of_acknowledging_and_of_reading()
    {
        var report = Assert.Single((await tool.RunAsync(
            0, "bench", "latency", "--records", "400", "--rate", "400", "--size", "100", "--json")).Json);
        Assert.Equal((400, 400), (Number(report, "delivered"), Number(report, "consumed")));
        foreach (var name in new[] { "ack_us", "end_to_end_us" })
        {
            var values = report.GetProperty(name).EnumerateObject().ToList();
            Assert.Equal(["p50", "p90", "p99", "p999", "max"], values.Select(each => each.Name));
            var numbers = values.ConvertAll(each => each.Value.GetInt64());
            Assert.True(numbers[0] > 0, report.ToString());
            Assert.Equal(numbers.Order(), numbers);
        }

        var rate = Number(report, "rate_achieved");
        Assert.True(rate is > 0 and <= 400, $"{rate} records/s");
    }

    private static double Number(JsonElement report, string name) => report.GetProperty(name).GetDouble();
}
