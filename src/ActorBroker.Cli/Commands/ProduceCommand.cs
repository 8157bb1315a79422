using System.CommandLine;
using ActorBroker.Cli.Producing;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary><c>produce</c>: bytes, files or lines become records.</summary>
internal static class ProduceCommand
{
    private static readonly Option<string> Topic = new("--topic", "-t")
    {
        Description = "The topic to write to.",
        Required = true,
    };

    private static readonly Option<string?> Input = new("--input", "-i")
    {
        Description = "A file ('-': standard input) that is cut into records as it is, in order, on one partition.",
        HelpName = "file",
    };

    private static readonly Option<string[]> Files = new("--file", "-f")
    {
        Description = "Files that arrive as files: keyed by path, in parts, with headers that tell the part.",
        HelpName = "path",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> Folder = new("--directory", "-d")
    {
        Description = "Every file in a folder, as by --file.",
        HelpName = "folder",
    };

    private static readonly Option<string?> Lines = new("--lines", "-l")
    {
        Description = "A text file ('-': standard input, the default) of which each line becomes a record.",
        HelpName = "file",
    };

    private static readonly Option<int?> Partition = new("--partition", "-p")
    {
        Description = "The partition; else 0 for --input, by key for files, and in turn for lines.",
    };

    private static readonly Option<int> RecordBytes = new("--record-bytes")
    {
        Description = "The most bytes in one record of --input, --file and --directory.",
        DefaultValueFactory = _ => 900 * 1024,
    };

    private static readonly Option<CompressionCodec> Compression = new("--compression", "-z")
    {
        Description = "How batches are compressed.",
        DefaultValueFactory = _ => CompressionCodec.None,
    };

    private static readonly Option<string> Acknowledge = new("--acks")
    {
        Description = "Who must have a record: all (idempotent too), 1 (the leader) or 0 (nobody).",
        DefaultValueFactory = _ => "all",
    };

    private static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "Says nothing but errors." };

    public static Command Build()
    {
        var command = new Command("produce", "Writes a byte stream, files or lines to a topic.")
        {
            Topic, Input, Files, Folder, Lines, Partition, RecordBytes, Compression, Acknowledge, Quiet,
        };
        Acknowledge.AcceptOnlyFromAmong("all", "1", "0");
        RecordBytes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--record-bytes must be at least 1.");
            }
        });
        command.Validators.Add(result =>
        {
            var sources = new Option[] { Input, Files, Folder, Lines };
            if (sources.Count(option => result.GetResult(option) is not null) > 1)
            {
                result.AddError("Give one of --input, --file, --directory and --lines.");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var source = ChooseSource(parsed);
        var acks = parsed.GetRequiredValue(Acknowledge) switch
        {
            "all" => Acks.All,
            "1" => Acks.Leader,
            _ => Acks.None,
        };
        var meter = new TransferMeter("sent", parsed.GetValue(Quiet));
        await using var client = ClusterOption.Connect(parsed);
        await using var producer = client.CreateProducer(new ProducerOptions
        {
            Acks = acks,
            Idempotent = acks == Acks.All,
            Compression = parsed.GetValue(Compression),
        });
        try
        {
            var sink = new ProduceSink(producer, parsed.GetRequiredValue(Topic), meter);
            await source.SendAsync(sink, cancel).ConfigureAwait(false);
            await producer.FlushAsync(cancel).ConfigureAwait(false);
        }
        catch
        {
            await producer.AbortAsync().ConfigureAwait(false);
            throw;
        }

        meter.Close("");
        return ExitCode.Ok;
    }

    private static IProduceSource ChooseSource(ParseResult parsed)
    {
        var partition = parsed.GetValue(Partition);
        var recordBytes = parsed.GetValue(RecordBytes);
        if (parsed.GetValue(Input) is { } input)
        {
            return new StreamSource(input, recordBytes, partition ?? 0);
        }

        if (parsed.GetValue(Folder) is { } folder)
        {
            return FileSource.OfFolder(folder, recordBytes, partition);
        }

        return parsed.GetValue(Files) is { Length: > 0 } files
            ? FileSource.Of(files, recordBytes, partition)
            : new LineSource(parsed.GetValue(Lines) ?? StreamSource.StandardInput, partition);
    }
}
