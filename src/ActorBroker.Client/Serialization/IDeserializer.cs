namespace ActorBroker.Client;

/// <summary>Turns bytes into keys or values. One instance serves all threads.</summary>
/// <typeparam name="T">The type of the keys or values.</typeparam>
public interface IDeserializer<out T>
{
    /// <summary>Reads a value. Nothing of the bytes may be kept: the consumer uses their buffer again.</summary>
    /// <param name="bytes">The bytes; empty for null.</param>
    /// <param name="isNull">True for a Kafka null, i.e. no key, or a tombstone.</param>
    /// <param name="context">Where the bytes come from.</param>
    /// <exception cref="FormatException">
    /// The bytes, or null, are no <typeparamref name="T"/>: the consumer adds where they stand.
    /// </exception>
    T Deserialize(ReadOnlySpan<byte> bytes, bool isNull, SerializationContext context);
}
