using System.CommandLine;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary><c>offsets</c>: where a topic's partitions begin and end, and what stands at a time.</summary>
internal static class OffsetsCommand
{
    public static Command Build()
    {
        var topic = Shared.Topic();
        var at = new Option<string?>("--at")
        {
            Description = "Also the first record of this time or later: 2026-01-31T08:00:00Z, @ms, or 15m (ago).",
            HelpName = "time",
        };
        var json = Shared.Json();
        var command = new ToolCommand(
            "offsets",
            "Shows the first and last offsets of a topic's partitions, and looks offsets up by time.",
            "offsets orders",
            "offsets orders --at 2h",
            "offsets orders --at 2026-01-31T08:00:00Z --json")
        {
            topic, at, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            OffsetSpec? time = parsed.GetValue(at) is { } text ? OffsetSpec.AtTime(Times.Parse(at.Name, text)) : null;
            await using var client = Connection.Open(parsed);
            var description = await client.Admin.DescribeTopicAsync(parsed.GetRequiredValue(topic), cancel)
                .ConfigureAwait(false);
            List<TopicPartition> keys =
                [.. description.Partitions.Select(each => new TopicPartition(description.Name, each.Partition))];
            var first = await client.Admin.ListOffsetsAsync(keys, OffsetSpec.Earliest, cancel).ConfigureAwait(false);
            var end = await client.Admin.ListOffsetsAsync(keys, OffsetSpec.Latest, cancel).ConfigureAwait(false);
            var newest = await client.Admin.ListOffsetsAsync(keys, OffsetSpec.MaxTimestamp, cancel)
                .ConfigureAwait(false);
            var found = time is null
                ? null
                : await client.Admin.ListOffsetsAsync(keys, time.Value, cancel).ConfigureAwait(false);
            string[] columns = ["partition", "earliest", "latest", "records", "newest", "newest time"];
            var table = new TextTable(found is null ? columns : [.. columns, "at", "at time"]);
            foreach (var key in keys)
            {
                var (from, to) = (first[key].Offset, end[key].Offset);
                object?[] row = [key.Partition, from, to, to - from, .. Cells(newest[key])];
                table.Add(found is null ? row : [.. row, .. Cells(found[key])]);
            }

            table.Write(parsed.GetValue(json));
            return ExitCode.Ok;
        });
        return command;
    }

    private static object?[] Cells(ListedOffset offset) => offset.Offset < 0
        ? [null, null]
        : [offset.Offset, Times.Text(offset.TimestampMs)];
}
