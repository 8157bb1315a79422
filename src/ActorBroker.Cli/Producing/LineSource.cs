using System.Buffers;
using System.IO.Pipelines;

namespace ActorBroker.Cli.Producing;

/// <summary>
/// Text of which each line is a record, without its line end; bytes are sent as they are, in any encoding.
/// </summary>
internal sealed class LineSource(IReadOnlyList<string> paths, ILineParser parser) : IProduceSource
{
    private const int LineBytesMax = 64 * 1024 * 1024;

    public long? Bytes => InputFile.TotalBytes(paths);

    public async Task SendAsync(ProduceSink sink, CancellationToken cancel)
    {
        foreach (var path in paths)
        {
            await SendFileAsync(sink, path, cancel).ConfigureAwait(false);
        }
    }

    private async Task SendFileAsync(ProduceSink sink, string path, CancellationToken cancel)
    {
        await using var stream = InputFile.Open(path);
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        for (long number = 0; ;)
        {
            // A console does not notice that nobody waits for its input any longer.
            var result = await reader.ReadAsync(cancel).AsTask().WaitAsync(cancel).ConfigureAwait(false);
            var text = result.Buffer;
            while (text.PositionOf((byte)'\n') is { } end)
            {
                await SendLineAsync(sink, text.Slice(0, end), path, ++number, cancel).ConfigureAwait(false);
                text = text.Slice(text.GetPosition(1, end));
            }

            if (result.IsCompleted)
            {
                if (!text.IsEmpty)
                {
                    await SendLineAsync(sink, text, path, ++number, cancel).ConfigureAwait(false);
                }

                return;
            }

            if (text.Length > LineBytesMax)
            {
                throw new UsageException(
                    $"{InputFile.Name(path)} has a line of more than {LineBytesMax} bytes: use --input.");
            }

            reader.AdvanceTo(text.Start, text.End);
        }
    }

    private ValueTask SendLineAsync(
        ProduceSink sink, ReadOnlySequence<byte> line, string path, long number, CancellationToken cancel)
    {
        var bytes = line.IsSingleSegment ? line.First : line.ToArray();
        var text = bytes.Span.EndsWith("\r"u8) ? bytes[..^1] : bytes;
        try
        {
            return sink.SendAsync(parser.Parse(text), cancel);
        }
        catch (FormatException exception)
        {
            throw new IOException($"Line {number} of {InputFile.Name(path)}: {exception.Message}.", exception);
        }
    }
}
