using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorBroker.Cli.Terminal;

/// <summary>One JSON value on a line of standard output.</summary>
internal static class JsonLine
{
    /// <summary>Text of every language stays readable: the output is UTF-8 and no part of a web page.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            content(json);
        }

        Console.Out.Write(Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n");
    }
}
