namespace ActorBroker.Client.Networking;

/// <summary>What carries the bytes of a connection. One send and one receive at a time.</summary>
/// <remarks>
/// Any exception is a failure of the wire. Disposing, from any thread, ends what is under way.
/// </remarks>
internal interface IWire : IDisposable
{
    /// <summary>Sends all bytes of a frame.</summary>
    ValueTask SendAsync(RequestFrame frame, CancellationToken cancel);

    /// <summary>Receives at least one byte; 0: the other end has closed.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> memory, CancellationToken cancel);
}
