using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ActorBroker.Cli.Moving;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary><c>partitions reassign | move | moves</c>.</summary>
internal static class MovingCommands
{
    public static Command BuildReassign()
    {
        var replicas = new Option<string[]>("--replicas", "-r")
        {
            Description =
                "A partition and the brokers that shall hold it, the preferred leader first: orders:0=2,3,1; may be " +
                "repeated.",
            HelpName = "topic:partition=brokers",
        };
        var file = new Option<FileInfo?>("--plan")
        {
            Description = "A file with the same for many, in the JSON of Kafka's kafka-reassign-partitions.",
            HelpName = "file",
        };
        var options = new MoveOptions();
        var command = new ToolCommand(
            "reassign",
            "Gives partitions the replicas that are named.",
            "partitions reassign --replicas orders:0=2,3,1",
            "partitions reassign --replicas orders:0=2,3 --replicas orders:1=3,1 --execute",
            "partitions reassign --plan moves.json --execute")
        {
            replicas, file,
        };
        options.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(replicas) is not null == result.GetResult(file) is not null)
            {
                result.AddError("Give either --replicas or --plan.");
            }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var targets = parsed.GetValue(file) is { } plan
                ? await ReadPlanAsync(plan, cancel).ConfigureAwait(false)
                : [.. parsed.GetRequiredValue(replicas).Select(text => ParseTarget(replicas.Name, text))];
            await using var client = Connection.Open(parsed);
            var moves = await ToMovesAsync(client, targets, cancel).ConfigureAwait(false);
            await options.RunAsync(client, moves, parsed, cancel).ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command BuildMove()
    {
        var topics = PartitionChoice.TopicOption();
        var from = new Option<int>("--from")
        {
            Description = "The broker that gives its replicas up.",
            HelpName = "broker",
            Required = true,
        };
        var to = new Option<int?>("--to")
        {
            Description = "The broker that takes them; else each goes where there is room, by racks and by number.",
            HelpName = "broker",
        };
        var options = new MoveOptions();
        var command = new ToolCommand(
            "move",
            "Moves replicas from one broker to another, or to the others.",
            "partitions move --from 1 --topic orders",
            "partitions move --from 1 --to 4 --throttle 50000000 --execute")
        {
            from, to, topics,
        };
        options.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var choices = PartitionChoice.Parse(topics.Name, parsed.GetValue(topics));
            await using var client = Connection.Open(parsed);
            var moves = await PlanAsync(client, parsed.GetValue(from), parsed.GetValue(to), choices, cancel)
                .ConfigureAwait(false);
            await options.RunAsync(client, moves, parsed, cancel).ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command BuildMoves()
    {
        var topics = PartitionChoice.TopicOption();
        var cancelling = new Option<bool>("--cancel")
        {
            Description = "Calls the moves off: what was there stays, what was being copied goes.",
        };
        var wait = new Option<bool>("--wait")
        {
            Description =
                "Stays until they are done and shows how far they are; when nothing moves any more, lifts all limits " +
                "of --throttle.",
        };
        var json = Shared.Json();
        var command = new ToolCommand(
            "moves",
            "Shows the partitions that are on the move, waits for them, or calls their moves off.",
            "partitions moves",
            "partitions moves --wait",
            "partitions moves --topic orders --cancel")
        {
            topics, cancelling, wait, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(cancelling) is not null && result.GetResult(wait) is not null)
            {
                result.AddError("Give either --cancel or --wait.");
            }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var choices = PartitionChoice.Parse(topics.Name, parsed.GetValue(topics));
            await using var client = Connection.Open(parsed);
            var moving = (await client.Admin.ListPartitionReassignmentsAsync(null, cancel).ConfigureAwait(false))
                .Where(each => choices.Count == 0 || PartitionChoice.Contains(choices, each.Partition)).ToList();
            await WriteAsync(client, moving, parsed.GetValue(json), cancel).ConfigureAwait(false);
            if (parsed.GetValue(cancelling) && moving.Count > 0)
            {
                await client.Admin.AlterPartitionReassignmentsAsync(
                    moving.ToDictionary(each => each.Partition, IReadOnlyList<int>? (_) => null), cancel)
                    .ConfigureAwait(false);
                Console.Error.WriteLine("These moves are called off.");
            }
            else if (parsed.GetValue(wait))
            {
                await WaitAsync(client, moving, cancel).ConfigureAwait(false);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task WaitAsync(
        KafkaClient client, List<PartitionReassignment> moving, CancellationToken cancel)
    {
        if (moving.Count > 0)
        {
            var moves = moving.Select(each => new Move(
                each.Partition, -1, [.. each.Replicas.Except(each.Adding)], each.Target)).ToList();
            var plan = await MovePlan.MeasureAsync(client, moves, cancel).ConfigureAwait(false);
            await new MoveRun(client, plan).FollowAsync(cancel).ConfigureAwait(false);
        }

        var ongoing = await client.Admin.ListPartitionReassignmentsAsync(null, cancel).ConfigureAwait(false);
        if (ongoing.Count == 0 && await MoveThrottle.LiftAllAsync(client, cancel).ConfigureAwait(false))
        {
            Console.Error.WriteLine("Nothing moves any more: the limits of --throttle are lifted.");
        }
    }

    /// <summary>Finds other places for what a broker holds.</summary>
    public static async Task<IReadOnlyList<Move>> PlanAsync(
        KafkaClient client, int from, int? to, List<PartitionChoice> choices, CancellationToken cancel)
    {
        var cluster = await client.Admin.DescribeClusterAsync(cancel).ConfigureAwait(false);
        foreach (var broker in to is null ? [from] : new[] { from, to.Value })
        {
            RequireBroker(cluster, broker);
        }

        var topics = await client.Admin.ListTopicsAsync(cancel).ConfigureAwait(false);
        PartitionChoice.RequireExisting(choices, topics);
        return new MovePlanner(cluster.Brokers, topics).Plan(
            from, to, partition => choices.Count == 0 || PartitionChoice.Contains(choices, partition));
    }

    /// <summary>A broker that somebody names must be one of the cluster's.</summary>
    public static void RequireBroker(ClusterDescription cluster, int broker)
    {
        if (cluster.Brokers.All(each => each.Id != broker))
        {
            throw new UsageException(
                $"The cluster has no broker {broker}: it has " +
                $"{string.Join(", ", cluster.Brokers.Select(each => each.Id))}.");
        }
    }

    private static (TopicPartition Partition, IReadOnlyList<int> Replicas) ParseTarget(string option, string text)
    {
        if (text.Split('=') is [var name, var brokers] && name.Split(':') is [{ Length: > 0 } topic, var number] &&
            int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var partition))
        {
            var ids = new List<int>();
            foreach (var broker in brokers.Split(','))
            {
                if (int.TryParse(broker, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                {
                    ids.Add(id);
                }
                else
                {
                    ids.Clear();
                    break;
                }
            }

            if (ids.Count > 0)
            {
                return (new TopicPartition(topic, partition), ids);
            }
        }

        throw new UsageException(
            $"{option} '{text}' names no replicas: write topic:partition=brokers, orders:0=2,3,1.");
    }

    private static async Task<List<(TopicPartition Partition, IReadOnlyList<int> Replicas)>> ReadPlanAsync(
        FileInfo file, CancellationToken cancel)
    {
        try
        {
            using var json = JsonDocument.Parse(
                await File.ReadAllBytesAsync(file.FullName, cancel).ConfigureAwait(false));
            return
            [
                .. json.RootElement.GetProperty("partitions").EnumerateArray().Select(each => (
                    new TopicPartition(
                        each.GetProperty("topic").GetString() ?? throw new FormatException("a topic has no name"),
                        each.GetProperty("partition").GetInt32()),
                    (IReadOnlyList<int>)
                    [
                        .. each.GetProperty("replicas").EnumerateArray().Select(broker => broker.GetInt32()),
                    ])),
            ];
        }
        catch (Exception fault) when (fault is JsonException or FormatException or KeyNotFoundException
            or InvalidOperationException)
        {
            throw new UsageException(
                $"--plan {file.Name} can't be read ({fault.Message}). Write " +
                """{"version":1,"partitions":[{"topic":"orders","partition":0,"replicas":[2,3,1]}]}.""");
        }
    }

    /// <summary>Only what has other replicas than it should, or another order of them.</summary>
    private static async Task<IReadOnlyList<Move>> ToMovesAsync(
        KafkaClient client,
        List<(TopicPartition Partition, IReadOnlyList<int> Replicas)> targets,
        CancellationToken cancel)
    {
        var cluster = await client.Admin.DescribeClusterAsync(cancel).ConfigureAwait(false);
        var topics = (await client.Admin.ListTopicsAsync(cancel).ConfigureAwait(false))
            .ToDictionary(topic => topic.Name);
        var moves = new Dictionary<TopicPartition, Move>();
        foreach (var (partition, replicas) in targets)
        {
            var state = topics.GetValueOrDefault(partition.Topic)?.Partitions
                .FirstOrDefault(each => each.Partition == partition.Partition)
                ?? throw new UsageException(
                    $"There is no partition {partition}. See 'actorbroker topics list --long'.");
            foreach (var broker in replicas)
            {
                RequireBroker(cluster, broker);
            }

            if (replicas.Distinct().Count() < replicas.Count ||
                !moves.TryAdd(partition, new Move(partition, state.LeaderId, state.Replicas, replicas)))
            {
                throw new UsageException($"{partition}: a broker, or the partition, is named more than once.");
            }
        }

        return [.. moves.Values.Where(move => !move.From.SequenceEqual(move.To))];
    }

    private static async Task WriteAsync(
        KafkaClient client, List<PartitionReassignment> moving, bool asJson, CancellationToken cancel)
    {
        var sizes = moving.Count > 0 ? await MovePlan.SizesAsync(client, cancel).ConfigureAwait(false) : null;
        var table = new TextTable("topic", "partition", "replicas", "adding", "removing", "copied bytes", "of bytes");
        foreach (var each in moving)
        {
            table.Add(
                each.Partition.Topic,
                each.Partition.Partition,
                each.Replicas,
                each.Adding,
                each.Removing,
                each.Adding.Sum(broker => sizes!.GetValueOrDefault((broker, each.Partition))),
                each.Adding.Count * each.Replicas.Except(each.Adding)
                    .Select(broker => sizes!.GetValueOrDefault((broker, each.Partition))).DefaultIfEmpty().Max());
        }

        table.Write(asJson);
        if (moving.Count == 0 && !asJson)
        {
            Console.Error.WriteLine("Nothing is on the move.");
        }
    }
}
