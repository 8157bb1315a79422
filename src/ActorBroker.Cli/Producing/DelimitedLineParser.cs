using System.Text;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Producing;

/// <summary>
/// A line is <c>[headers SEPARATOR] [key SEPARATOR] value</c>: each part is there where its separator was asked for.
/// Headers are <c>name=value</c>, several separated by commas. Bytes stay as they are, in any encoding.
/// </summary>
internal sealed class DelimitedLineParser(
    RecordFrame frame, byte[]? headerSeparator, byte[]? keySeparator, byte[]? nullMarker) : ILineParser
{
    public ProducerRecord Parse(ReadOnlyMemory<byte> line)
    {
        var record = frame.Of(null);
        if (headerSeparator is not null)
        {
            var headers = Cut(ref line, headerSeparator, "headers");
            record = record with { Headers = [.. frame.Headers, .. ParseHeaders(headers.Span)] };
        }

        if (keySeparator is not null)
        {
            record = record with { Key = OrNull(Cut(ref line, keySeparator, "key")) };
        }

        return record with { Value = OrNull(line) };
    }

    private static ReadOnlyMemory<byte> Cut(ref ReadOnlyMemory<byte> line, byte[] separator, string what)
    {
        var at = line.Span.IndexOf(separator);
        if (at < 0)
        {
            throw new FormatException($"there is no {what} separator '{Encoding.UTF8.GetString(separator)}' in it");
        }

        var part = line[..at];
        line = line[(at + separator.Length)..];
        return part;
    }

    private static List<RecordHeader> ParseHeaders(ReadOnlySpan<byte> text)
    {
        var headers = new List<RecordHeader>();
        foreach (var range in text.Split((byte)','))
        {
            var each = text[range];
            if (each.IsEmpty)
            {
                continue;
            }

            var equals = each.IndexOf((byte)'=');
            if (equals <= 0)
            {
                throw new FormatException($"the header '{Encoding.UTF8.GetString(each)}' is not name=value");
            }

            headers.Add(new RecordHeader(Encoding.UTF8.GetString(each[..equals]), each[(equals + 1)..].ToArray()));
        }

        return headers;
    }

    private ReadOnlyMemory<byte>? OrNull(ReadOnlyMemory<byte> part) =>
        nullMarker is not null && part.Span.SequenceEqual(nullMarker) ? default(ReadOnlyMemory<byte>?) : part;
}
