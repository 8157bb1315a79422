using System.Text;
using System.Text.Json;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Producing;

/// <summary>
/// A line is an object as <c>consume --json</c> prints it: <c>key</c> and <c>value</c> as text, or as
/// <c>key_base64</c> and <c>value_base64</c>; null, or nothing, for none. Headers and time come along; the partition
/// only where the run names one, since the topic may have others.
/// </summary>
internal sealed class JsonLineParser(RecordFrame frame) : ILineParser
{
    public ProducerRecord Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("it is no JSON object");
            }

            return frame.Of(Bytes(root, "value")) with
            {
                Key = root.TryGetProperty("key", out _) || root.TryGetProperty("key_base64", out _)
                    ? Bytes(root, "key")
                    : frame.Key,
                Headers = [.. frame.Headers, .. Headers(root)],
                TimestampMs = root.TryGetProperty("timestamp", out var time) && time.GetInt64() is >= 0 and var ms
                    ? ms
                    : null,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException($"it is no record in JSON ({exception.Message})", exception);
        }
    }

    private static ReadOnlyMemory<byte>? Bytes(JsonElement record, string name)
    {
        if (record.TryGetProperty(name + "_base64", out var encoded))
        {
            return encoded.GetBytesFromBase64();
        }

        return record.TryGetProperty(name, out var text) && text.GetString() is { } some
            ? Encoding.UTF8.GetBytes(some)
            : default(ReadOnlyMemory<byte>?);
    }

    private static IEnumerable<RecordHeader> Headers(JsonElement record)
    {
        if (!record.TryGetProperty("headers", out var headers))
        {
            yield break;
        }

        foreach (var header in headers.EnumerateArray())
        {
            var name = header.TryGetProperty("name", out var text) ? text.GetString() : null;
            yield return new RecordHeader(
                name ?? throw new FormatException("a header has no name"), Bytes(header, "value"));
        }
    }
}
