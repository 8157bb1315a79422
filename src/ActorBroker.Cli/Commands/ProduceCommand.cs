using System.CommandLine;
using System.Text;
using ActorBroker.Cli.Producing;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary><c>produce</c>: lines, bytes or files become records.</summary>
internal static class ProduceCommand
{
    private const int RecordBytesDefault = 900 * 1024;
    private const int MaxRequestBytes = 100 * 1024 * 1024;

    /// <summary>After Ctrl+C: how long what was read may take to be delivered.</summary>
    private static readonly TimeSpan LastDelivery = TimeSpan.FromSeconds(8);

    private static readonly Option<string> Topic = new("--topic", "-t")
    {
        Description = "The topic to write to.",
        HelpName = "name",
        Required = true,
    };

    private static readonly Option<string[]> Lines = new("--lines", "-l")
    {
        Description = "Text files ('-': standard input, the default) of which each line becomes a record.",
        HelpName = "file",
        AllowMultipleArgumentsPerToken = true,
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

    private static readonly Option<string?> Value = new("--value", "-v")
    {
        Description = "One record with this value.",
        HelpName = "text",
    };

    private static readonly Option<bool> Tombstone = new("--tombstone")
    {
        Description = "One record without a value: it deletes --key on a compacted topic.",
    };

    private static readonly Option<bool> Whole = new("--whole")
    {
        Description = "With --file and --directory: each file is exactly one record, keyed by --key or its path.",
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Each line is an object as consume --json prints it.",
    };

    private static readonly Option<string?> Key = new("--key", "-k")
    {
        Description = "The key of every record.",
        HelpName = "text",
    };

    private static readonly Option<string?> KeySeparator = new("--key-separator", "-K")
    {
        Description = @"Each line is a key, this, and a value; \t is a tab.",
        HelpName = "text",
    };

    private static readonly Option<string[]> Header = new("--header", "-H")
    {
        Description = "A header of every record; may be repeated.",
        HelpName = "name=value",
    };

    private static readonly Option<string?> HeaderSeparator = new("--header-separator")
    {
        Description = "Each line begins with headers, name=value separated by commas, and this.",
        HelpName = "text",
    };

    private static readonly Option<string?> NullValue = new("--null-value")
    {
        Description = "A line's key or value that is exactly this is none; a record without a value is a tombstone.",
        HelpName = "text",
    };

    private static readonly Option<int?> Partition = new("--partition", "-p")
    {
        Description = "The partition; else 0 for --input, by key where there is one, and in turn for others.",
        HelpName = "number",
    };

    private static readonly Option<int> RecordBytes = new("--record-bytes")
    {
        Description = "The most bytes in one record of --input, --file and --directory.",
        HelpName = "bytes",
        DefaultValueFactory = _ => RecordBytesDefault,
    };

    private static readonly Option<CompressionCodec> Compression = Shared.Compression();

    private static readonly Option<Acks?> Acknowledge = Shared.Acknowledge("all");

    private static readonly Option<bool> Quiet = Shared.Quiet();

    public static Command Build()
    {
        var command = new ToolCommand(
            "produce",
            "Writes lines, a byte stream, files or one record to a topic.",
            "produce --topic orders --value hello --key greeting --header from=shell",
            "produce --topic orders --key-separator : --lines orders.txt --compression zstd",
            "produce --topic sessions --key user-7 --tombstone",
            "produce --topic backup --directory photos",
            "produce --topic copy --json --lines orders.json")
        {
            Topic, Lines, Input, Files, Folder, Value, Tombstone, Whole, Json, Key, KeySeparator, Header,
            HeaderSeparator, NullValue, Partition, RecordBytes, Compression, Acknowledge, Quiet,
        };
        RecordBytes.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--record-bytes must be at least 1.");
            }
        });
        command.Validators.Add(result =>
        {
            var sources = new Option[] { Input, Files, Folder, Lines, Value, Tombstone };
            if (sources.Count(option => result.GetResult(option) is not null) > 1)
            {
                result.AddError("Give one of --lines, --input, --file, --directory, --value and --tombstone.");
            }

            var shapes = new Option[] { KeySeparator, HeaderSeparator, NullValue };
            if (result.GetResult(Json) is not null && shapes.Any(option => result.GetResult(option) is not null))
            {
                result.AddError("--json says what is key, header and null: leave the separators and --null-value.");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var source = ChooseSource(parsed);
        var acks = parsed.GetValue(Acknowledge) ?? Acks.All;
        var meter = new TransferMeter("sent") { BytesExpected = source.Bytes };
        await using var client = Connection.Open(parsed);
        var isThere = await IsThereAsync(client.Admin, parsed.GetRequiredValue(Topic), cancel).ConfigureAwait(false);
        await using var producer = client.CreateProducer(new ProducerOptions
        {
            Acks = acks,
            Idempotent = acks == Acks.All,
            Compression = parsed.GetValue(Compression),

            // How large a record may be is the topic's to say.
            MaxRequestBytes = MaxRequestBytes,
            MaxBlock = isThere ? Connection.LongPatience : Connection.PatienceOf(parsed),
        });
        var sink = new ProduceSink(producer, parsed.GetRequiredValue(Topic), meter);

        // A bar would be written between the lines that somebody types.
        var isShown = !parsed.GetValue(Quiet) && (Console.IsInputRedirected || source.Bytes is not null);
        try
        {
            await LiveProgress.RunAsync(meter, isShown, () => SendAllAsync(source, producer, sink, cancel))
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            using var patience = new CancellationTokenSource(LastDelivery);
            await producer.FlushAsync(patience.Token).ConfigureAwait(false);
            Close(parsed, meter);
            throw;
        }
        catch
        {
            await producer.AbortAsync().ConfigureAwait(false);
            throw;
        }

        Close(parsed, meter);
        return ExitCode.Ok;
    }

    /// <summary>A topic that is missing may still be created by the broker when it is written to.</summary>
    private static async Task<bool> IsThereAsync(AdminClient admin, string topic, CancellationToken cancel)
    {
        try
        {
            await admin.DescribeTopicAsync(topic, cancel).ConfigureAwait(false);
            return true;
        }
        catch (BrokerErrorException refusal) when (refusal.Code == ErrorCode.UnknownTopicOrPartition)
        {
            return false;
        }
    }

    private static async Task SendAllAsync(
        IProduceSource source, Producer producer, ProduceSink sink, CancellationToken cancel)
    {
        try
        {
            await source.SendAsync(sink, cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or UsageException)
        {
            var outcome = await DeliverTakenAsync(producer, cancel).ConfigureAwait(false);
            var message = $"{failure.Message.TrimEnd('.')}. {outcome}";
            throw failure is UsageException ? new UsageException(message) : new IOException(message, failure);
        }

        await producer.FlushAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>The input has failed: what was read before is delivered, if that takes no long time.</summary>
    private static async Task<string> DeliverTakenAsync(Producer producer, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(LastDelivery);
        try
        {
            await producer.FlushAsync(patience.Token).ConfigureAwait(false);
            return "What was read before it was sent.";
        }
        catch (Exception failure) when (failure is KafkaException or OperationCanceledException)
        {
            return $"What was read before it may not all have been sent: {failure.Message}";
        }
    }

    private static void Close(ParseResult parsed, TransferMeter meter)
    {
        if (!parsed.GetValue(Quiet))
        {
            Console.Error.WriteLine(meter.Describe());
        }
    }

    private static IProduceSource ChooseSource(ParseResult parsed)
    {
        var recordBytes = parsed.GetValue(RecordBytes);
        var frame = new RecordFrame
        {
            Key = Text(parsed.GetValue(Key)),
            Headers = [.. (parsed.GetValue(Header) ?? []).Select(ParseHeader)],
            Partition = parsed.GetValue(Partition),
        };
        if (parsed.GetValue(Input) is { } input)
        {
            return new StreamSource(input, recordBytes, frame with { Partition = frame.Partition ?? 0 });
        }

        if (parsed.GetValue(Folder) is { } folder)
        {
            return FileSource.OfFolder(folder, recordBytes, parsed.GetValue(Whole), frame);
        }

        if (parsed.GetValue(Files) is { Length: > 0 } files)
        {
            return FileSource.Of(files, recordBytes, parsed.GetValue(Whole), frame);
        }

        if (parsed.GetValue(Tombstone) || parsed.GetValue(Value) is not null)
        {
            return new SingleSource(Text(parsed.GetValue(Value)), frame);
        }

        ILineParser parser = parsed.GetValue(Json)
            ? new JsonLineParser(frame)
            : new DelimitedLineParser(
                frame,
                Escapes.Bytes(parsed.GetValue(HeaderSeparator)),
                Escapes.Bytes(parsed.GetValue(KeySeparator)),
                Escapes.Bytes(parsed.GetValue(NullValue), mayBeEmpty: true));
        return new LineSource(
            parsed.GetValue(Lines) is { Length: > 0 } paths ? paths : [InputFile.StandardInput], parser);
    }

    /// <summary>A null array would become an empty memory, which is a value.</summary>
    private static ReadOnlyMemory<byte>? Text(string? text) =>
        text is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(text);

    private static RecordHeader ParseHeader(string text)
    {
        var (name, value) = Settings.Split(Header.Name, text);
        return new RecordHeader(name, Encoding.UTF8.GetBytes(value));
    }
}
