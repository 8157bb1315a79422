using System.Buffers;
using System.IO.Pipelines;
using ActorBroker.Client;

namespace ActorBroker.Cli.Producing;

/// <summary>
/// Text of which each line is a record, without its line end; bytes are sent as they are, in any encoding.
/// </summary>
internal sealed class LineSource(string path, int? partition) : IProduceSource
{
    private const int LineBytesMax = 64 * 1024 * 1024;

    public async Task SendAsync(ProduceSink sink, CancellationToken cancel)
    {
        await using var stream = StreamSource.Open(path);
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        while (true)
        {
            var result = await reader.ReadAsync(cancel).ConfigureAwait(false);
            var text = result.Buffer;
            while (text.PositionOf((byte)'\n') is { } end)
            {
                await SendLineAsync(sink, text.Slice(0, end), cancel).ConfigureAwait(false);
                text = text.Slice(text.GetPosition(1, end));
            }

            if (result.IsCompleted)
            {
                if (!text.IsEmpty)
                {
                    await SendLineAsync(sink, text, cancel).ConfigureAwait(false);
                }

                return;
            }

            if (text.Length > LineBytesMax)
            {
                throw new UsageException($"'{path}' has a line of more than {LineBytesMax} bytes: use --input.");
            }

            reader.AdvanceTo(text.Start, text.End);
        }
    }

    private ValueTask SendLineAsync(ProduceSink sink, ReadOnlySequence<byte> line, CancellationToken cancel)
    {
        var bytes = line.IsSingleSegment ? line.First : line.ToArray();
        var value = bytes.Span.EndsWith("\r"u8) ? bytes[..^1] : bytes;
        return sink.SendAsync(new ProducerRecord { Value = value, Partition = partition }, cancel);
    }
}
