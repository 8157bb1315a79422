using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;

namespace ActorBroker.Cli.Consuming;

/// <summary>
/// A JSON object a line. Keys, values and header values that are UTF-8 stand as text; any other bytes stand as base64
/// under the same name with <c>_base64</c>, so nothing is lost and <c>produce --json</c> takes it back.
/// </summary>
internal sealed class JsonFormat(string topic) : IRecordFormat, IDisposable
{
    private readonly Utf8JsonWriter _json = new(Stream.Null, JsonLine.Options);

    public void Write(in ConsumedRecord record, IBufferWriter<byte> output)
    {
        _json.Reset(output);
        _json.WriteStartObject();
        _json.WriteString("topic", topic);
        _json.WriteNumber("partition", record.Partition);
        _json.WriteNumber("offset", record.Offset);
        _json.WriteNumber("timestamp", record.TimestampMs);
        WriteBytes("key", record.Key);
        WriteBytes("value", record.Value);
        if (record.HeaderCount > 0)
        {
            _json.WriteStartArray("headers");
            foreach (var header in record.GetHeaders())
            {
                _json.WriteStartObject();
                _json.WriteString("name", header.Key);
                WriteBytes("value", header.Value);
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
        }

        _json.WriteEndObject();
        _json.Flush();
        output.Write("\n"u8);
    }

    public void Dispose() => _json.Dispose();

    private void WriteBytes(string name, ReadOnlyMemory<byte>? bytes)
    {
        if (bytes is not { } some)
        {
            _json.WriteNull(name);
        }
        else if (Utf8.IsValid(some.Span))
        {
            _json.WriteString(name, some.Span);
        }
        else
        {
            _json.WriteBase64String(name + "_base64", some.Span);
        }
    }
}
