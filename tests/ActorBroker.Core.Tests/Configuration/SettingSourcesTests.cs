using ActorBroker.Core.Configuration;

namespace ActorBroker.Core.Tests.Configuration;

/// <summary>Properties, JSON, environment and command line all give the same kind of input.</summary>
public sealed class SettingSourcesTests
{
    [Theory]
    [InlineData("key=value", "key", "value")]
    [InlineData("  key = value", "key", "value")]
    [InlineData("key:value", "key", "value")]
    [InlineData("key value", "key", "value")]
    [InlineData("key\t : value ", "key", "value ")]
    [InlineData("key==value", "key", "=value")]
    [InlineData("key", "key", "")]
    [InlineData("key=", "key", "")]
    [InlineData("key=a#b!c", "key", "a#b!c")]
    [InlineData("k\\=e\\:y\\ =value", "k=e:y ", "value")]
    [InlineData("key=C:\\\\data\\tx", "key", "C:\\data\tx")]
    [InlineData("key=\\u0041\\u00e9", "key", "Aé")]
    [InlineData("key=one,\\\n   two", "key", "one,two")]
    [InlineData("key=one\\\\\nother=2", "key", "one\\")]
    [InlineData("key=end\\", "key", "end")]
    [InlineData("listeners=PLAINTEXT://:9092", "listeners", "PLAINTEXT://:9092")]
    public void A_property_is_read_as_Java_reads_it(string text, string name, string value)
    {
        var input = PropertiesFile.Parse(text, "file")[0];

        Assert.Equal((name, value), (input.Name, input.Value));
    }

    [Fact]
    public void Comments_and_empty_lines_count_as_lines_and_as_nothing_else()
    {
        var inputs = PropertiesFile.Parse("\uFEFF# comment\r\n\r\n  ! another \\\r\na=1\r\nb=2\\\r\n3\r\n\r\nc=4",
            "my.properties");

        Assert.Equal(
            [
                new ConfigInput("a", "1", "my.properties line 4"),
                new ConfigInput("b", "23", "my.properties line 5"),
                new ConfigInput("c", "4", "my.properties line 8"),
            ],
            inputs);
    }

    [Theory]
    [InlineData("key=\\u00")]
    [InlineData("key=\\u00zz")]
    public void A_malformed_escape_is_named_with_its_line(string text)
        => Assert.StartsWith(
            "file line 1: ",
            Assert.Throws<ConfigurationException>(() => PropertiesFile.Parse(text, "file")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Json_may_be_flat_or_nested()
    {
        const string text = """
            { // comments are fine
              "broker.id": 3,
              "log": { "dirs": ["/a", "/b"], "retention": { "ms": "5" } },
              "delete.topic.enable": false,
            }
            """;

        Assert.Equal(
            [("broker.id", "3"), ("log.dirs", "/a,/b"), ("log.retention.ms", "5"), ("delete.topic.enable", "false")],
            JsonSettings.Parse(text, "file").Select(input => (input.Name, input.Value)));
    }

    [Theory]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{\n \"a\" 1 }", "file line 2: not JSON")]
    [InlineData("", "not JSON")]
    [InlineData("{\"a\": null}", "a (file): a setting is")]
    [InlineData("{\"a\": [[1]]}", "a (file): a setting is")]
    public void Json_that_is_no_settings_is_named(string text, string expected)
        => Assert.Contains(
            expected,
            Assert.Throws<ConfigurationException>(() => JsonSettings.Parse(text, "file")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Environment_variables_spell_dots_as_underscores()
    {
        var inputs = EnvironmentSettings.Parse(new Dictionary<string, string>
        {
            ["PATH"] = "/bin",
            ["ACTORBROKER_LOG_DIRS"] = "/data",
            ["ACTORBROKER_BROKER_ID"] = "2",
            ["ACTORBROKER_BOOTSTRAP"] = "127.0.0.1:9092",
            ["ACTORBROKER_CONFIG"] = "/etc/actorbroker.properties",
        });

        Assert.Equal(
            [
                new ConfigInput("broker.id", "2", "environment variable ACTORBROKER_BROKER_ID"),
                new ConfigInput("log.dirs", "/data", "environment variable ACTORBROKER_LOG_DIRS"),
            ],
            inputs);
    }

    [Fact]
    public void The_command_line_takes_every_key_in_two_spellings()
    {
        var line = CommandLine.Parse(
            ["--broker.id=1", "--log.dirs", "./data", "--config=x.json", "--a=b=c", "--empty="]);

        Assert.Equal(
            [("broker.id", "1"), ("log.dirs", "./data"), ("a", "b=c"), ("empty", "")],
            line.Settings.Select(input => (input.Name, input.Value)));
        Assert.Equal("x.json", line.ConfigPath);
        Assert.False(line.Help || line.Version);
    }

    [Fact]
    public void A_negative_value_may_stand_apart_from_its_key()
        => Assert.Equal("-1", CommandLine.Parse(["--log.retention.ms", "-1"]).Settings[0].Value);

    [Fact]
    public void Help_and_version_are_words_of_their_own()
    {
        Assert.True(CommandLine.Parse(["--help"]).Help);
        Assert.True(CommandLine.Parse(["-h"]).Help);
        Assert.True(CommandLine.Parse(["--version"]).Version);
    }

    [Theory]
    [InlineData("data", "data (command line): not understood")]
    [InlineData("-password=hunter2", "-password (command line): not understood")]
    [InlineData("--", "-- (command line): not understood")]
    [InlineData("--broker.id", "--broker.id (command line): the value is missing; write --broker.id=value")]
    public void An_argument_that_is_no_setting_is_named(string argument, string expected)
    {
        var message = Assert.Throws<ConfigurationException>(() => CommandLine.Parse([argument])).Message;

        Assert.StartsWith(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
    }
}
