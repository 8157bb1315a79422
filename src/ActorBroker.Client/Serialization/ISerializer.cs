using System.Buffers;

namespace ActorBroker.Client;

/// <summary>Turns keys or values into bytes. One instance serves all threads.</summary>
/// <typeparam name="T">The type of the keys or values.</typeparam>
public interface ISerializer<in T>
{
    /// <summary>Appends the value's bytes to the output.</summary>
    /// <returns>
    /// False for a Kafka null, i.e. no key, or a tombstone; the output is then as it was. A true without a byte written
    /// is an empty key or value, which is not null.
    /// </returns>
    /// <exception cref="FormatException">The value cannot be written; nothing is sent.</exception>
    bool Serialize(T value, IBufferWriter<byte> output, SerializationContext context);
}
