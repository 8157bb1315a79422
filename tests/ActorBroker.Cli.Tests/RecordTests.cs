using System.Text.Json;
using ActorBroker.TestSupport;

namespace ActorBroker.Cli.Tests;

/// <summary><c>produce</c> and <c>consume</c>: lines, JSON, patterns, nulls, headers, codecs, positions.</summary>
public sealed class RecordTests(Tool tool) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lines_go_in_and_come_out_as_lines()
    {
        await File.WriteAllTextAsync(_folder["first"], "one\r\ntwo\n\nvier", Cancel);
        await File.WriteAllTextAsync(_folder["second"], "fünf\n", Cancel);
        var topic = await tool.CreateAsync(1);
        await tool.RunAsync(0, "produce", "--topic", topic, "--lines", _folder["first"], _folder["second"]);
        var read = await tool.RunAsync(0, "consume", "--topic", topic, "--from-beginning", "--max-records", "5");

        Assert.Equal("one\ntwo\n\nvier\nfünf\n", read.Output);
    }

    [Fact]
    public async Task Keys_headers_and_nulls_of_a_line_are_told_apart()
    {
        var topic = await tool.CreateAsync(1);
        await tool.RunAsync(0, "a=1,b=2|k\tv\n|k\tNULL\n|NULL\tx\n",
        [
            "produce", "--topic", topic, "--header-separator", "|", "--key-separator", "\\t", "--null-value", "NULL",
            "--header", "run=7",
        ]);
        var records = (await tool.RunAsync(
            0, "consume", "--topic", topic, "--from-beginning", "--exit-at-end", "--json")).Json;
        Assert.Equal(["run=7", "a=1", "b=2"], Headers(records[0]));
        Assert.Equal(["run=7"], Headers(records[1]));
        Assert.Equal(("k", "v"), (Text(records[0], "key"), Text(records[0], "value")));
        Assert.Equal(("k", null), (Text(records[1], "key"), Text(records[1], "value")));
        Assert.Equal((null, "x"), (Text(records[2], "key"), Text(records[2], "value")));

        var lines = await tool.RunAsync(
            0, "consume", "--topic", topic, "--from-beginning", "--exit-at-end", "--keys", "--headers", "--offsets",
            "--separator", "|", "--null-value", "-");
        Assert.Equal(["0|0|run=7,a=1,b=2|k|v", "0|1|run=7|k|-", "0|2|run=7|-|x"], lines.Lines);
    }

    [Fact]
    public async Task A_line_without_its_separator_stops_the_command_and_is_named()
    {
        var topic = await tool.CreateAsync(1);
        var refused = await tool.RunAsync(1, "a:b\nnothing\n", ["produce", "--topic", topic, "--key-separator", ":"]);
        Assert.Contains("Line 2 of standard input", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("':'", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("was sent", refused.Errors, StringComparison.Ordinal);
        var stored = await tool.RunAsync(
            0, "consume", "--topic", topic, "--from-beginning", "--exit-at-end", "--keys", "--separator", "=");
        Assert.Equal(["a=b"], stored.Lines);
    }

    [Fact]
    public async Task One_record_and_a_tombstone_are_written_from_the_command_line()
    {
        var topic = await tool.CreateAsync(1);
        await tool.RunAsync(0, "produce", "--topic", topic, "--value", "v", "--key", "k", "-H", "h=x=y", "--quiet");
        await tool.RunAsync(0, "produce", "--topic", topic, "--tombstone", "--key", "k");
        await tool.RunAsync(0, "produce", "--topic", topic, "--value", "");
        var read = await tool.RunAsync(
            0, "consume", "--topic", topic, "--from-beginning", "--max", "3", "--format", "%o %k=%s %K %S [%h]%%\\n",
            "--null-value", "~");
        Assert.Equal(["0 k=v 1 1 [h=x=y]%", "1 k=~ 1 -1 []%", "2 ~= -1 0 []%"], read.Lines);
    }

    [Fact]
    public async Task Json_holds_every_byte_and_goes_back_in()
    {
        var topic = await tool.CreateAsync(1);
        const string Headers = """[{"name":"h","value":null},{"name":"b","value_base64":"/w=="}]""";
        const string Line = $$"""
            {"key_base64":"AP+A","value":"ü \"quoted\" \\ \n","timestamp":1700000000000,"headers":{{Headers}}}
            {"key":null,"value":null}
            """;
        await tool.RunAsync(0, Line, ["produce", "--topic", topic, "--json"]);
        string[] consume = ["consume", "--from-beginning", "--exit-at-end", "--json", "--quiet", "--topic"];
        var first = await tool.RunAsync(0, [.. consume, topic]);
        var record = first.Json[0];
        Assert.Equal([0, 0xff, 0x80], record.GetProperty("key_base64").GetBytesFromBase64());
        Assert.Equal("ü \"quoted\" \\ \n", Text(record, "value"));
        Assert.Equal(1_700_000_000_000, record.GetProperty("timestamp").GetInt64());
        Assert.Equal(JsonValueKind.Null, record.GetProperty("headers")[0].GetProperty("value").ValueKind);
        Assert.Equal([0xff], record.GetProperty("headers")[1].GetProperty("value_base64").GetBytesFromBase64());
        Assert.Equal(JsonValueKind.Null, first.Json[1].GetProperty("value").ValueKind);

        var copy = await tool.CreateAsync(1);
        await tool.RunAsync(0, first.Output, ["produce", "--topic", copy, "--json"]);
        var second = await tool.RunAsync(0, [.. consume, copy]);
        Assert.Equal(first.Output.Replace(topic, copy, StringComparison.Ordinal), second.Output);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task Records_come_back_in_every_compression(string codec)
    {
        var topic = await tool.CreateAsync(3);
        var lines = Enumerable.Range(0, 5000).Select(i => $"key-{i % 10}:value {i}").ToArray();
        await tool.RunAsync(
            0, string.Join('\n', lines), ["produce", "-t", topic, "-K", ":", "--compression", codec, "--acks", "1"]);
        var read = await tool.RunAsync(
            0, "consume", "--topic", topic, "--from-beginning", "--exit-at-end", "--keys", "--separator", ":");
        Assert.Equal(lines.Order(StringComparer.Ordinal), read.Lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_big_record_comes_back_whole_and_one_that_is_too_big_is_refused()
    {
        var topic = await tool.CreateAsync(1);
        var big = new string('x', 900_000);
        await tool.RunAsync(0, big, ["produce", "--topic", topic]);
        var read = await tool.RunAsync(0, "consume", "--topic", topic, "--from-beginning", "--exit-at-end");
        Assert.Equal(big + "\n", read.Output);
        var refused = await tool.RunAsync(1, big + big, ["produce", "--topic", topic]);
        Assert.Contains("MESSAGE_TOO_LARGE", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("max.message.bytes", refused.Errors, StringComparison.Ordinal);
        await tool.RunAsync(0, "topics", "alter", topic, "--set", "max.message.bytes=5000000");
        await tool.RunAsync(0, big + big, ["produce", "--topic", topic]);
    }

    [Fact]
    public async Task Reading_begins_where_it_was_told_to()
    {
        var topic = await tool.CreateAsync(1);
        const string Records = """
            {"value":"a","timestamp":1700000000000}
            {"value":"b","timestamp":1700000001000}
            {"value":"c","timestamp":1700000002000}
            """;
        await tool.RunAsync(0, Records, ["produce", "--topic", topic, "--json"]);
        async Task<string> ReadAsync(params string[] start) =>
            (await tool.RunAsync(0, ["consume", "--topic", topic, "--exit-at-end", .. start])).Output;
        Assert.Equal("a\nb\nc\n", await ReadAsync("--from-beginning"));
        Assert.Equal("b\nc\n", await ReadAsync("--offset", "1"));
        Assert.Equal("", await ReadAsync("--offset", "3"));
        Assert.Equal("b\nc\n", await ReadAsync("--last", "2"));
        Assert.Equal("a\nb\nc\n", await ReadAsync("--last", "20"));
        Assert.Equal("c\n", await ReadAsync("--since", "2023-11-14T22:13:22Z"));
        Assert.Equal("b\nc\n", await ReadAsync("--since", "@1700000000001"));
        Assert.Equal("", await ReadAsync("--since", "1h"));
        Assert.Equal("", await ReadAsync());
        Assert.Equal("a\n", await ReadAsync("--from-beginning", "--max", "1"));
        var refused = await tool.RunAsync(2, "consume", "--topic", topic, "--offset", "9");
        Assert.Contains("offsets 0 to 3", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Partitions_are_chosen()
    {
        var topic = await tool.CreateAsync(4);
        for (var partition = 0; partition < 4; partition++)
        {
            await tool.RunAsync(0, "produce", "-t", topic, "--value", $"p{partition}", "-p", $"{partition}");
        }

        var some = await tool.RunAsync(
            0, "consume", "--topic", topic, "--from-beginning", "--exit-at-end", "--partition", "1", "-p", "3");
        Assert.Equal(["p1", "p3"], some.Lines.Order(StringComparer.Ordinal));
        var refused = await tool.RunAsync(2, "consume", "--topic", topic, "--partition", "4");
        Assert.Contains("has 4, counted from 0", refused.Errors, StringComparison.Ordinal);
        refused = await tool.RunAsync(1, "produce", "--topic", topic, "--value", "x", "--partition", "4");
        Assert.Contains("no partition 4", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_closing_line_counts_and_quiet_says_nothing()
    {
        var topic = await tool.CreateAsync(1);
        var sent = await tool.RunAsync(0, "a\nb\n", ["produce", "--topic", topic]);
        Assert.Empty(sent.Output);
        Assert.StartsWith("sent 2 records, ", sent.Errors, StringComparison.Ordinal);
        Assert.Single(sent.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        sent = await tool.RunAsync(0, "a\nb\n", ["produce", "--topic", topic, "--quiet"]);
        Assert.Empty(sent.Errors);
    }

    private static string? Text(JsonElement record, string name) => record.GetProperty(name).GetString();

    private static IEnumerable<string> Headers(JsonElement record) => record.GetProperty("headers").EnumerateArray()
        .Select(each => $"{Text(each, "name")}={Text(each, "value")}");
}
