using System.CommandLine;
using System.Text;
using ActorBroker.Cli.Consuming;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary><c>consume</c>: records become lines, JSON, bytes or files again.</summary>
internal static class ConsumeCommand
{
    private static readonly Option<string> Topic = new("--topic", "-t")
    {
        Description = "The topic to read.",
        HelpName = "name",
        Required = true,
    };

    private static readonly Option<int[]> Partitions = new("--partition", "-p")
    {
        Description = "A partition; may be repeated; else all of them.",
        HelpName = "number",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> FromBeginning = new("--from-beginning")
    {
        Description = "Begins with the oldest record; else only new records are read.",
    };

    private static readonly Option<long?> Offset = new("--offset")
    {
        Description = "Begins at this offset.",
        HelpName = "offset",
    };

    private static readonly Option<long?> Last = new("--last")
    {
        Description = "Begins with so many newest records of each partition.",
        HelpName = "count",
    };

    private static readonly Option<string?> Since = new("--since")
    {
        Description = "Begins with the first record of this time or later: 2026-01-31T08:00:00Z, @ms, or 15m (ago).",
        HelpName = "time",
    };

    private static readonly Option<bool> ExitAtEnd = new("--exit-at-end", "-e")
    {
        Description = "Ends with the newest record there is at the start; else waits for more.",
    };

    private static readonly Option<long?> MaxRecords = new("--max-records", "--max", "-n")
    {
        Description = "Ends after so many records.",
        HelpName = "count",
    };

    private static readonly Option<string?> Group = new("--group", "-g")
    {
        Description = "Reads as a member of this group: shares the topic with its other members, goes on where the " +
            "group left off, and commits what was written.",
        HelpName = "name",
    };

    private static readonly Option<bool> Keys = new("--keys", "-k") { Description = "Lines with keys." };

    private static readonly Option<bool> Headers = new("--headers") { Description = "Lines with headers." };

    private static readonly Option<bool> Timestamps = new("--timestamps") { Description = "Lines with times (UTC)." };

    private static readonly Option<bool> Offsets = new("--offsets")
    {
        Description = "Lines with partitions and offsets.",
    };

    private static readonly Option<string> Separator = new("--separator")
    {
        Description = @"What stands between the parts of a line; the default is a tab.",
        HelpName = "text",
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "A JSON object a line; bytes that are not UTF-8 in base64.",
    };

    private static readonly Option<string?> Format = new("--format")
    {
        Description = $@"A pattern for each record, e.g. '%k=%s\n': {PatternFormat.Fields}.",
        HelpName = "pattern",
    };

    private static readonly Option<string?> NullValue = new("--null-value")
    {
        Description = "What is printed for a key or value that there is none of; else nothing.",
        HelpName = "text",
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

    private static readonly Option<bool> Force = new("--force") { Description = "Replaces files that exist." };

    private static readonly Option<bool> Quiet = Shared.Quiet();

    public static Command Build()
    {
        var command = new ToolCommand(
            "consume",
            "Reads a topic: as lines, JSON or by a pattern on standard output, to a file, or to a folder.",
            "consume --topic orders --from-beginning --exit-at-end",
            "consume --topic orders --group audit --from-beginning",
            "consume --topic orders --last 10 --keys --timestamps --offsets",
            "consume --topic orders --since 2h --json | jq .value",
            "consume --topic orders --from-beginning --max 5 --format '%p:%o %k=%s\\n'",
            "consume --topic backup --from-beginning --exit-at-end --output-directory restored")
        {
            Topic, Group, Partitions, FromBeginning, Offset, Last, Since, ExitAtEnd, MaxRecords, Keys, Headers,
            Timestamps, Offsets, Separator, Json, Format, NullValue, Output, Folder, Force, Quiet,
        };
        command.Validators.Add(result =>
        {
            int Given(params Option[] options) => options.Count(option => result.GetResult(option) is not null);
            if (Given(FromBeginning, Offset, Last, Since) > 1)
            {
                result.AddError("Give one of --from-beginning, --offset, --last and --since.");
            }

            if (Given(Group) > 0 && Given(Partitions, Offset, Last, Since, Output) > 0)
            {
                result.AddError(
                    "With --group, the group says what is read and from where: leave out --partition, --offset, " +
                    "--last, --since and --output. --from-beginning is for what it has not committed.");
            }

            if (Given(Output, Folder, Json, Format) > 1)
            {
                result.AddError("Give one of --json, --format, --output and --output-directory.");
            }

            if (Given(Output, Folder, Json, Format) > 0 && Given(Keys, Headers, Timestamps, Offsets, Separator) > 0)
            {
                result.AddError("--keys, --headers, --timestamps, --offsets and --separator are for lines.");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        if (parsed.GetValue(Group) is { } group)
        {
            return await RunAsMemberAsync(parsed, group, cancel).ConfigureAwait(false);
        }

        var topic = parsed.GetRequiredValue(Topic);
        var start = ChooseStart(parsed);
        var exitAtEnd = parsed.GetValue(ExitAtEnd);
        IReadOnlyList<PartitionRange> ranges;
        await using (var asking = Connection.Open(parsed))
        {
            var partitions = await ChoosePartitionsAsync(asking, parsed, cancel).ConfigureAwait(false);
            ranges = await StartChoice.ResolveAsync(asking.Admin, partitions, start, exitAtEnd, cancel)
                .ConfigureAwait(false);
        }

        var maxRecords = parsed.GetValue(MaxRecords);
        var meter = new TransferMeter("read") { RecordsExpected = Expected(ranges, maxRecords) };
        await using var client = Connection.OpenForStreaming(parsed);
        await using var sink = OpenSink(parsed, topic);
        var run = new ConsumeRun(client, topic, sink, meter, maxRecords);
        return await ShowAsync(parsed, sink, meter, () => run.ReadAllAsync(ranges, cancel)).ConfigureAwait(false);
    }

    private static async Task<int> RunAsMemberAsync(ParseResult parsed, string group, CancellationToken cancel)
    {
        var topic = parsed.GetRequiredValue(Topic);
        await using (var asking = Connection.Open(parsed))
        {
            _ = await asking.Admin.DescribeTopicAsync(topic, cancel).ConfigureAwait(false);
        }

        var maxRecords = parsed.GetValue(MaxRecords);
        var meter = new TransferMeter("read") { RecordsExpected = maxRecords };
        await using var client = Connection.OpenForStreaming(parsed);
        await using var sink = OpenSink(parsed, topic);
        var options = new ConsumerOptions
        {
            GroupId = group,
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AutoOffsetReset = parsed.GetValue(FromBeginning) ? AutoOffsetReset.Earliest : AutoOffsetReset.Latest,
        };
        using var run = new MemberRun(client, topic, options, sink, meter)
        {
            MaxRecords = maxRecords,
            ExitsAtEnd = parsed.GetValue(ExitAtEnd),
            TellsAssignments = !parsed.GetValue(Quiet),
        };
        return await ShowAsync(parsed, sink, meter, () => run.ReadAllAsync(cancel)).ConfigureAwait(false);
    }

    private static async Task<int> ShowAsync(
        ParseResult parsed, IRecordSink sink, TransferMeter meter, Func<Task> read)
    {
        var isQuiet = parsed.GetValue(Quiet);
        var toTerminal = parsed.GetValue(Folder) is null && parsed.GetValue(Output) is null or "-"
            && !Console.IsOutputRedirected;
        var isShown = !isQuiet && !toTerminal;
        try
        {
            await LiveProgress.RunAsync(meter, isShown, read).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Close(isQuiet, meter, sink.Complete());
            throw;
        }
        catch (Exception failure) when (failure is not BrokenPipeException)
        {
            WriteOutAfterFailure(sink);
            throw;
        }

        Close(isQuiet, meter, sink.Complete());
        return ExitCode.Ok;
    }

    /// <summary>What was read is worth having; the first failure is the one to report.</summary>
    private static void WriteOutAfterFailure(IRecordSink sink)
    {
        try
        {
            sink.Complete();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    private static void Close(bool isQuiet, TransferMeter meter, string note)
    {
        if (!isQuiet)
        {
            Console.Error.WriteLine($"{meter.Describe()}{(note.Length > 0 ? ", " : "")}{note}");
        }
    }

    private static long? Expected(IReadOnlyList<PartitionRange> ranges, long? maxRecords)
    {
        long? toEnd = ranges.All(range => range.Until is not null)
            ? ranges.Sum(range => Math.Max(range.Until!.Value - range.Start, 0))
            : null;
        return toEnd < maxRecords || maxRecords is null ? toEnd : maxRecords;
    }

    private static async Task<IReadOnlyList<TopicPartition>> ChoosePartitionsAsync(
        KafkaClient client, ParseResult parsed, CancellationToken cancel)
    {
        var topic = await client.Admin.DescribeTopicAsync(parsed.GetRequiredValue(Topic), cancel).ConfigureAwait(false);
        if (parsed.GetValue(Partitions) is { Length: > 0 } chosen)
        {
            foreach (var each in chosen.Where(each => topic.Partitions.All(known => known.Partition != each)))
            {
                throw new UsageException(
                    $"--partition {each}: topic '{topic.Name}' has {topic.Partitions.Count}, counted from 0.");
            }

            return [.. chosen.Distinct().Select(each => new TopicPartition(topic.Name, each))];
        }

        return parsed.GetValue(Output) is null || topic.Partitions.Count == 1
            ? [.. topic.Partitions.Select(each => new TopicPartition(topic.Name, each.Partition))]
            : throw new UsageException(
                $"Topic '{topic.Name}' has {topic.Partitions.Count} partitions, which have no common order: choose " +
                "the one that goes to --output by --partition.");
    }

    private static IRecordSink OpenSink(ParseResult parsed, string topic)
    {
        var replace = parsed.GetValue(Force);
        if (parsed.GetValue(Folder) is { } folder)
        {
            return new FolderSink(folder, replace);
        }

        if (parsed.GetValue(Output) is { } path)
        {
            return path == "-"
                ? new StreamSink(StandardOutput.Open(), new ValueFormat(), withChecksum: false)
                : new StreamSink(CreateFile(path, replace), new ValueFormat(), withChecksum: !parsed.GetValue(Quiet));
        }

        IRecordFormat format = parsed.GetValue(Json) ? new JsonFormat(topic) : Pattern(parsed, topic);
        return new StreamSink(StandardOutput.Open(), format, withChecksum: false);
    }

    private static FileStream CreateFile(string path, bool replace) => replace || !File.Exists(path)
        ? new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0)
        : throw new UsageException($"'{path}' exists: give --force to replace it.");

    private static PatternFormat Pattern(ParseResult parsed, string topic)
    {
        var nullValue = Encoding.UTF8.GetBytes(Escapes.Unescape(parsed.GetValue(NullValue) ?? ""));
        if (parsed.GetValue(Format) is { } pattern)
        {
            try
            {
                return new PatternFormat(Escapes.Unescape(pattern), topic, nullValue);
            }
            catch (FormatException exception)
            {
                throw new UsageException($"--format: {exception.Message}");
            }
        }

        var parts = new List<string>();
        AddIf(Timestamps, "%D");
        AddIf(Offsets, "%p");
        AddIf(Offsets, "%o");
        AddIf(Headers, "%h");
        AddIf(Keys, "%k");
        parts.Add("%s");
        var separator = Escapes.Unescape(parsed.GetValue(Separator) ?? "\t");
        var between = separator.Replace("%", "%%", StringComparison.Ordinal);
        return new PatternFormat(string.Join(between, parts) + "\n", topic, nullValue);

        void AddIf(Option<bool> option, string part)
        {
            if (parsed.GetValue(option))
            {
                parts.Add(part);
            }
        }
    }

    private static StartChoice ChooseStart(ParseResult parsed)
    {
        if (parsed.GetValue(Offset) is { } offset)
        {
            return offset >= 0
                ? new StartChoice.Exactly(offset)
                : throw new UsageException($"--offset {offset}: offsets are counted from 0; see --last.");
        }

        if (parsed.GetValue(Since) is { } time)
        {
            return new StartChoice.Since(Times.Parse(Since.Name, time));
        }

        if (parsed.GetValue(FromBeginning))
        {
            return new StartChoice.Beginning();
        }

        var last = parsed.GetValue(Last) ?? 0;
        return last >= 0
            ? new StartChoice.Newest(last)
            : throw new UsageException($"--last {last}: give 0 or more.");
    }
}
