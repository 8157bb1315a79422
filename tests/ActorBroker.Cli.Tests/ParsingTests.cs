using System.Text;
using ActorBroker.Cli.Commands;
using ActorBroker.Cli.Producing;
using ActorBroker.Client;

namespace ActorBroker.Cli.Tests;

/// <summary>The small languages of the command line: times, escapes, and lines that become records.</summary>
public sealed class ParsingTests
{
    [Theory]
    [InlineData("2026-01-31T08:00:00Z", 1769846400000)]
    [InlineData("2026-01-31T08:00:00", 1769846400000)]
    [InlineData("2026-01-31T09:00:00+01:00", 1769846400000)]
    [InlineData("2026-01-31", 1769817600000)]
    [InlineData("@1769846400123", 1769846400123)]
    public void A_time_is_read(string text, long expectedMs) =>
        Assert.Equal(expectedMs, Times.Parse("--at", text).ToUnixTimeMilliseconds());

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("15m", 900)]
    [InlineData("2h", 7200)]
    [InlineData("7d", 604800)]
    public void An_age_is_read(string text, int expectedSeconds)
    {
        var before = DateTimeOffset.UtcNow;
        var age = Times.Parse("--at", text) + TimeSpan.FromSeconds(expectedSeconds);
        Assert.InRange(age, before, DateTimeOffset.UtcNow);
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("@x")]
    [InlineData("5y")]
    [InlineData("@99999999999999999")]
    [InlineData("1900-01-01T00:00:00Z")]
    [InlineData("2000000000d")]
    public void What_is_no_time_is_refused(string text) =>
        Assert.Throws<UsageException>(() => Times.Parse("--at", text));

    [Theory]
    [InlineData(@"\t", "\t")]
    [InlineData(@"a\nb\\n\0\r", "a\nb\\n\0\r")]
    [InlineData(@"\q\", @"\q\")]
    public void Escapes_are_replaced(string text, string expected) => Assert.Equal(expected, Escapes.Unescape(text));

    [Fact]
    public void A_separator_must_not_be_empty() => Assert.Throws<UsageException>(() => Escapes.Bytes(""));

    [Fact]
    public void A_line_is_cut_at_its_first_separators()
    {
        var parser = new DelimitedLineParser(new RecordFrame(), "|"u8.ToArray(), "::"u8.ToArray(), null);
        var record = parser.Parse("a=1,,b=|k::v::w|x"u8.ToArray());
        Assert.Equal(["a=1", "b="], record.Headers!.Select(each => $"{each.Key}={Text(each.Value)}"));
        Assert.Equal(("k", "v::w|x"), (Text(record.Key), Text(record.Value)));
    }

    [Fact]
    public void Nothing_and_an_empty_value_differ()
    {
        var parser = new DelimitedLineParser(new RecordFrame(), null, null, "-"u8.ToArray());
        Assert.Null(parser.Parse("-"u8.ToArray()).Value);
        Assert.Equal(0, parser.Parse(ReadOnlyMemory<byte>.Empty).Value!.Value.Length);
        Assert.Null(parser.Parse("x"u8.ToArray()).Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"value":1}""")]
    [InlineData("""{"value_base64":"?"}""")]
    [InlineData("""{"value":"x","headers":[{"value":"y"}]}""")]
    [InlineData("""{"value":"x","headers":{}}""")]
    [InlineData("""{"value":"x","timestamp":"now"}""")]
    public void What_is_no_record_in_json_is_refused(string line) => Assert.Throws<FormatException>(
        () => new JsonLineParser(new RecordFrame()).Parse(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void What_a_json_line_leaves_out_comes_from_the_run()
    {
        var frame = new RecordFrame { Key = "run"u8.ToArray(), Partition = 3 };
        ProducerRecord Parse(string line) => new JsonLineParser(frame).Parse(Encoding.UTF8.GetBytes(line));
        var empty = Parse("{}");
        Assert.Equal(("run", null, 3), (Text(empty.Key), Text(empty.Value), empty.Partition));
        Assert.Null(Parse("""{"key":null}""").Key);
        Assert.Equal("own", Text(Parse("""{"key":"own"}""").Key));
    }

    private static string? Text(ReadOnlyMemory<byte>? bytes) =>
        bytes is { } some ? Encoding.UTF8.GetString(some.Span) : null;
}
