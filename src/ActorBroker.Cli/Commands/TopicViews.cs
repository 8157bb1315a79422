using System.CommandLine;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary><c>topics list | describe | producers</c>.</summary>
internal static class TopicViews
{
    public static Command BuildList()
    {
        var all = new Option<bool>("--all") { Description = "The cluster's internal topics too." };
        var details = new Option<bool>("--long", "-l") { Description = "With partitions, replicas and records." };
        var json = Shared.Json();
        var command = new ToolCommand(
            "list", "Lists the topics, one name a line.", "topics list", "topics list --long", "topics list --json")
        {
            all, details, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var client = Connection.Open(parsed);
            var topics = (await client.Admin.ListTopicsAsync(cancel).ConfigureAwait(false))
                .Where(topic => !topic.IsInternal || parsed.GetValue(all)).ToList();
            if (parsed.GetValue(details) || parsed.GetValue(json))
            {
                await WriteDetailsAsync(client, topics, parsed.GetValue(json), cancel).ConfigureAwait(false);
                return ExitCode.Ok;
            }

            foreach (var topic in topics)
            {
                Console.WriteLine(topic.Name);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    public static Command BuildDescribe()
    {
        var topic = Shared.Topic();
        var all = new Option<bool>("--all-configs") { Description = "Every setting, not only those that were set." };
        var json = Shared.Json();
        var command = new ToolCommand(
            "describe",
            "Shows a topic's partitions, offsets and settings.",
            "topics describe orders",
            "topics describe orders --all-configs",
            "topics describe orders --json")
        {
            topic, all, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var name = parsed.GetRequiredValue(topic);
            await using var client = Connection.Open(parsed);
            var description = await client.Admin.DescribeTopicAsync(name, cancel).ConfigureAwait(false);
            var configs = (await client.Admin.DescribeTopicConfigsAsync(name, cancel).ConfigureAwait(false))
                .Where(each => parsed.GetValue(all) || each.Source == ConfigSource.Topic).ToList();
            var table = await PartitionTableAsync(client, description, cancel).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                WriteJson(description, table, configs);
                return ExitCode.Ok;
            }

            Console.WriteLine($"{description.Name}  id {description.Id}  partitions {description.Partitions.Count}");
            table.Write(asJson: false);
            foreach (var config in configs)
            {
                Console.WriteLine($"{config.Name}={config.Value ?? "(hidden)"}  ({config.Source})");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    public static Command BuildProducers()
    {
        var topic = Shared.Topic();
        var json = Shared.Json();
        var command = new ToolCommand(
            "producers",
            "Shows the idempotent producers that a topic's partitions remember.",
            "topics producers orders")
        {
            topic, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var client = Connection.Open(parsed);
            var description = await client.Admin.DescribeTopicAsync(parsed.GetRequiredValue(topic), cancel)
                .ConfigureAwait(false);
            var producers = await client.Admin.DescribeProducersAsync(Keys(description), cancel).ConfigureAwait(false);
            var table = new TextTable("partition", "producer id", "epoch", "last sequence", "last written");
            foreach (var (key, states) in producers.OrderBy(each => each.Key.Partition))
            {
                foreach (var state in states.OrderBy(each => each.ProducerId))
                {
                    table.Add(
                        key.Partition,
                        state.ProducerId,
                        state.ProducerEpoch,
                        state.LastSequence,
                        Times.Text(state.LastTimestampMs));
                }
            }

            table.Write(parsed.GetValue(json));
            return ExitCode.Ok;
        });
        return command;
    }

    private static IEnumerable<TopicPartition> Keys(TopicDescription topic) =>
        topic.Partitions.Select(each => new TopicPartition(topic.Name, each.Partition));

    private static async Task WriteDetailsAsync(
        KafkaClient client, List<TopicDescription> topics, bool asJson, CancellationToken cancel)
    {
        var table = new TextTable("topic", "partitions", "replicas", "records");
        foreach (var (topic, records) in await CountAsync(client, topics, cancel).ConfigureAwait(false))
        {
            table.Add(
                topic.Name,
                topic.Partitions.Count,
                topic.Partitions.Max(each => each.Replicas.Count),
                records);
        }

        table.Write(asJson);
    }

    /// <summary>The topics with their records; those that were deleted since they were listed are left out.</summary>
    internal static async Task<List<(TopicDescription Topic, long Records)>> CountAsync(
        KafkaClient client, List<TopicDescription> topics, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                var keys = topics.SelectMany(Keys).ToList();
                var first = await client.Admin.ListOffsetsAsync(keys, OffsetSpec.Earliest, cancel)
                    .ConfigureAwait(false);
                var end = await client.Admin.ListOffsetsAsync(keys, OffsetSpec.Latest, cancel).ConfigureAwait(false);
                return
                [
                    .. topics.Select(topic => (topic, Keys(topic).Sum(key => end[key].Offset - first[key].Offset))),
                ];
            }
            catch (BrokerErrorException missing) when (missing.Code == ErrorCode.UnknownTopicOrPartition)
            {
                var left = (await client.Admin.ListTopicsAsync(cancel).ConfigureAwait(false))
                    .Select(topic => topic.Name).ToHashSet();
                if (topics.RemoveAll(topic => !left.Contains(topic.Name)) == 0)
                {
                    throw;
                }
            }
        }
    }

    private static async Task<TextTable> PartitionTableAsync(
        KafkaClient client, TopicDescription topic, CancellationToken cancel)
    {
        var first = await client.Admin.ListOffsetsAsync(Keys(topic), OffsetSpec.Earliest, cancel)
            .ConfigureAwait(false);
        var end = await client.Admin.ListOffsetsAsync(Keys(topic), OffsetSpec.Latest, cancel).ConfigureAwait(false);
        var table = new TextTable("partition", "leader", "epoch", "earliest", "latest", "replicas", "in sync");
        foreach (var each in topic.Partitions)
        {
            var key = new TopicPartition(topic.Name, each.Partition);
            table.Add(
                each.Partition,
                each.LeaderId,
                each.LeaderEpoch,
                first[key].Offset,
                end[key].Offset,
                each.Replicas,
                each.InSyncReplicas);
        }

        return table;
    }

    private static void WriteJson(TopicDescription topic, TextTable partitions, List<ConfigDescription> configs) =>
        JsonLine.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("topic", topic.Name);
            json.WriteString("id", topic.Id);
            json.WritePropertyName("partitions");
            partitions.WriteArray(json);
            json.WriteStartObject("configs");
            foreach (var config in configs)
            {
                json.WriteString(config.Name, config.Value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        });
}
