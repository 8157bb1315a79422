using System.Net;

namespace ActorBroker.Gateway.Transport;

/// <summary>
/// The seam between a connection and its bytes, so that plain sockets, TLS and tests can stand in for one another.
/// </summary>
/// <remarks>
/// One receive and one send at a time. A send has handed over every byte when it completes. Faults are
/// <see cref="IOException"/>, <see cref="System.Net.Sockets.SocketException"/> or
/// <see cref="ObjectDisposedException"/>, also for operations that <see cref="Abort"/> ended.
/// </remarks>
internal interface ITransport : IDisposable
{
    /// <summary>Who is at the other end, where known.</summary>
    IPEndPoint? Remote { get; }

    /// <summary>Receives at least one byte; 0 means that the peer has ended its side.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Sends all bytes.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Sends all buffers back to back.</summary>
    ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> buffers);

    /// <summary>Sends a part of a file, by the kernel where the transport can.</summary>
    ValueTask SendFileAsync(FileStream file, long position, int length);

    /// <summary>Makes the pending receive, and every later one, answer 0; sending goes on. From any thread.</summary>
    void EndReceive();

    /// <summary>Ends pending operations and the connection; from any thread, any number of times.</summary>
    void Abort();
}
