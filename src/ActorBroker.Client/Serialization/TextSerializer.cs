using System.Buffers;
using System.Text;

namespace ActorBroker.Client;

/// <summary>Text in UTF-8, and GUIDs, which Kafka's own serializer writes as text.</summary>
internal sealed class TextSerializer : ISerializer<string?>, ISerializer<Guid>
{
    public const int GuidLength = 36;

    public static TextSerializer Instance { get; } = new();

    public bool Serialize(string? value, IBufferWriter<byte> output, SerializationContext context)
    {
        if (value is null)
        {
            return false;
        }

        Encoding.UTF8.GetBytes(value, output);
        return true;
    }

    public bool Serialize(Guid value, IBufferWriter<byte> output, SerializationContext context)
    {
        value.TryFormat(output.GetSpan(GuidLength), out var written);
        output.Advance(written);
        return true;
    }
}
