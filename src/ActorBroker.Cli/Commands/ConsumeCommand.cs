using System.CommandLine;
using System.Globalization;
using ActorBroker.Cli.Consuming;
using ActorBroker.Client;

namespace ActorBroker.Cli.Commands;

/// <summary><c>consume</c>: records become bytes, files or lines again.</summary>
internal static class ConsumeCommand
{
    private static readonly Option<string> Topic = new("--topic", "-t")
    {
        Description = "The topic to read.",
        Required = true,
    };

    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "A file ('-': standard output) that takes the values back to back; from one partition.",
        HelpName = "file",
    };

    private static readonly Option<string?> Folder = new("--output-directory", "-d")
    {
        Description = "A folder that takes the files which produce --file or --directory sent.",
        HelpName = "folder",
    };

    private static readonly Option<int?> Partition = new("--partition", "-p")
    {
        Description = "The partition; else all of them.",
    };

    private static readonly Option<bool> FromBeginning = new("--from-beginning")
    {
        Description = "Begins with the oldest record; else only new records are read.",
    };

    private static readonly Option<long?> Offset = new("--offset") { Description = "Begins at this offset." };

    private static readonly Option<DateTimeOffset?> Since = new("--since")
    {
        Description = "Begins with the first record of this time or later, e.g. 2026-01-31T08:00:00Z.",
        HelpName = "time",
    };

    private static readonly Option<bool> ExitAtEnd = new("--exit-at-end", "-e")
    {
        Description = "Ends with the newest record there is at the start; else waits for more.",
    };

    private static readonly Option<long?> MaxRecords = new("--max-records", "-n")
    {
        Description = "Ends after so many records.",
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Replaces files that exist." };

    private static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "Says nothing but errors." };

    public static Command Build()
    {
        var command = new Command("consume", "Reads a topic: as lines on standard output, to a file, or to a folder.")
        {
            Topic, Output, Folder, Partition, FromBeginning, Offset, Since, ExitAtEnd, MaxRecords, Force, Quiet,
        };
        command.Validators.Add(result =>
        {
            if (new Option[] { FromBeginning, Offset, Since }.Count(option => result.GetResult(option) is not null) > 1)
            {
                result.AddError("Give one of --from-beginning, --offset and --since.");
            }

            if (result.GetResult(Output) is not null && result.GetResult(Folder) is not null)
            {
                result.AddError("Give --output or --output-directory, not both.");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        await using var client = ClusterOption.Connect(parsed);
        var partitions = await ChoosePartitionsAsync(client, parsed, cancel).ConfigureAwait(false);
        var meter = new TransferMeter("read", parsed.GetValue(Quiet));
        await using var sink = OpenSink(parsed);
        var topic = parsed.GetRequiredValue(Topic);
        using var run = new ConsumeRun(client, topic, sink, meter, parsed.GetValue(MaxRecords));
        try
        {
            await run.ReadAllAsync(partitions, ChooseStart(parsed), parsed.GetValue(ExitAtEnd), cancel)
                .ConfigureAwait(false);
        }
        finally
        {
            meter.Close(sink.Complete());
        }

        return ExitCode.Ok;
    }

    private static async Task<IReadOnlyList<int>> ChoosePartitionsAsync(
        KafkaClient client, ParseResult parsed, CancellationToken cancel)
    {
        var topic = await client.Admin.DescribeTopicAsync(parsed.GetRequiredValue(Topic), cancel).ConfigureAwait(false);
        if (parsed.GetValue(Partition) is { } chosen)
        {
            return topic.Partitions.Any(each => each.Partition == chosen)
                ? [chosen]
                : throw new UsageException(
                    $"--partition {chosen}: topic '{topic.Name}' has {topic.Partitions.Count}, counted from 0.");
        }

        return parsed.GetValue(Output) is null || topic.Partitions.Count == 1
            ? [.. topic.Partitions.Select(each => each.Partition)]
            : throw new UsageException(
                $"Topic '{topic.Name}' has {topic.Partitions.Count} partitions, which have no common order: choose " +
                "the one that goes to --output by --partition.");
    }

    private static IRecordSink OpenSink(ParseResult parsed)
    {
        var replace = parsed.GetValue(Force);
        if (parsed.GetValue(Folder) is { } folder)
        {
            return new FolderSink(folder, replace);
        }

        return parsed.GetValue(Output) switch
        {
            null => StreamSink.Lines(isLive: !parsed.GetValue(ExitAtEnd)),
            "-" => StreamSink.Bytes(),
            var path => StreamSink.File(path, replace, withChecksum: !parsed.GetValue(Quiet)),
        };
    }

    private static StartPosition ChooseStart(ParseResult parsed)
    {
        if (parsed.GetValue(Offset) is { } offset)
        {
            return offset >= 0
                ? StartPosition.At(offset)
                : throw new UsageException(
                    $"--offset {offset.ToString(CultureInfo.InvariantCulture)}: offsets are counted from 0.");
        }

        if (parsed.GetValue(Since) is { } time)
        {
            return StartPosition.AtTime(time);
        }

        return parsed.GetValue(FromBeginning) ? StartPosition.Earliest : StartPosition.Latest;
    }
}
