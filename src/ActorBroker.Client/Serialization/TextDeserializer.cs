using System.Globalization;
using System.Text;

namespace ActorBroker.Client;

/// <summary>Text in UTF-8, and GUIDs from their text.</summary>
internal sealed class TextDeserializer : IDeserializer<string?>, IDeserializer<Guid>
{
    public static TextDeserializer Instance { get; } = new();

    string? IDeserializer<string?>.Deserialize(
        ReadOnlySpan<byte> bytes, bool isNull, SerializationContext context) =>
        isNull ? null : Encoding.UTF8.GetString(bytes);

    Guid IDeserializer<Guid>.Deserialize(ReadOnlySpan<byte> bytes, bool isNull, SerializationContext context)
    {
        // Guid's own parser takes other forms too, and bytes with spaces around them.
        if (bytes.Length == TextSerializer.GuidLength
            && Guid.TryParse(bytes, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        throw new FormatException(isNull
            ? "Null where a GUID is expected."
            : $"{bytes.Length} bytes that are not the {TextSerializer.GuidLength} characters of a GUID.");
    }
}
