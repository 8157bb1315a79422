namespace ActorBroker.Orleans;

/// <summary>
/// A client's connection to a broker, carried by calls: Kafka's protocol as over TCP, for clients that are inside of
/// the Orleans cluster. <see cref="ActorBroker"/>'s typed client uses it; nobody else needs to. One grain for each
/// connection, on its broker's silo; its key: <see cref="ConnectionKey"/>.
/// </summary>
/// <remarks>
/// One write and one read at a time. Positions count the bytes of each direction since the beginning: a call that came
/// twice, or whose answer was lost, does not fit and ends the connection, so that no byte is doubled or left out.
/// A connection that was not called for two minutes is gone.
/// </remarks>
[Alias("ActorBroker.IConnectionGrain")]
public interface IConnectionGrain : IGrainWithStringKey
{
    /// <summary>Opens it; false where the broker serves nobody now.</summary>
    [Alias("Open")]
    Task<bool> OpenAsync();

    /// <summary>
    /// Sends bytes to the broker, 256 KiB at most. Where it has not taken the ones before, the call waits for that, ten
    /// seconds at most.
    /// </summary>
    [Alias("Write")]
    Task<ConnectionWrite> WriteAsync(long position, RecordBytes bytes);

    /// <summary>
    /// Takes what the broker has sent. Where there is nothing yet it waits, ten seconds at most, and answers empty.
    /// </summary>
    [Alias("Read")]
    Task<ConnectionBytes> ReadAsync(long position);

    /// <summary>The client sends no more, and has gone: what it sent before is still served.</summary>
    [Alias("Close")]
    Task CloseAsync();
}

/// <summary>What a broker has sent.</summary>
/// <param name="Bytes">The bytes; they stay as they are until the next read.</param>
/// <param name="IsEnd">The connection is closed: nothing comes after these bytes.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.ConnectionBytes")]
public readonly record struct ConnectionBytes(
    [property: Id(0)] RecordBytes Bytes, [property: Id(1)] bool IsEnd = false);

/// <summary>What became of bytes that were sent.</summary>
[GenerateSerializer, Alias("ActorBroker.ConnectionWrite")]
public enum ConnectionWrite
{
    /// <summary>They are on their way to the broker.</summary>
    Taken,

    /// <summary>They are not: the broker has not taken those before. The same call may be made again.</summary>
    NotYet,

    /// <summary>The connection is closed.</summary>
    Closed,
}
