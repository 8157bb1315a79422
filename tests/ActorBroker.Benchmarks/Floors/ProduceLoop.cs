using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActorBroker.Benchmarks.Floors;

/// <summary>
/// One Produce request (version 3, acks=1, one batch), sent again and again over one connection. It allocates nothing
/// on its way, so what the process allocates meanwhile is the broker's.
/// </summary>
internal sealed class ProduceLoop : IDisposable
{
    private const int ErrorFromEnd = sizeof(short) + sizeof(long) + sizeof(long) + sizeof(int);
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
    };

    private readonly byte[] _request;
    private readonly byte[] _answer = new byte[4096];

    public ProduceLoop(string server, string topic, byte[] batch)
    {
        _request = Request(topic, batch);
        _socket.Connect(IPEndPoint.Parse(server));
    }

    /// <summary>Sends the batch so many times, each after the acknowledgement of the one before.</summary>
    public void Run(int times)
    {
        for (var i = 0; i < times; i++)
        {
            for (var sent = 0; sent < _request.Length;)
            {
                sent += _socket.Send(_request.AsSpan(sent));
            }

            Receive(_answer.AsSpan(0, sizeof(int)));
            var length = BinaryPrimitives.ReadInt32BigEndian(_answer);
            var answer = _answer.AsSpan(0, length);
            Receive(answer);
            var error = BinaryPrimitives.ReadInt16BigEndian(answer[^ErrorFromEnd..]);
            if (error != 0)
            {
                throw new InvalidOperationException($"A produce was refused: {error}.");
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static byte[] Request(string topic, byte[] batch)
    {
        var fields = new List<byte[]>
        {
            Int16(0), Int16(3), Int32(1), Text("bench"), // the header: Produce, version 3
            Int16(-1), Int16(1), Int32(30_000), // no transaction, acks, timeout
            Int32(1), Text(topic), Int32(1), Int32(0), Int32(batch.Length), batch,
        };
        fields.Insert(0, Int32(fields.Sum(field => field.Length)));
        return [.. fields.SelectMany(field => field)];
    }

    private static byte[] Int16(short value)
    {
        var bytes = new byte[sizeof(short)];
        BinaryPrimitives.WriteInt16BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Int32(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Text(string text) => [.. Int16((short)text.Length), .. Encoding.UTF8.GetBytes(text)];

    private void Receive(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var received = _socket.Receive(bytes);
            if (received == 0)
            {
                throw new EndOfStreamException("The broker closed the connection.");
            }

            bytes = bytes[received..];
        }
    }
}
