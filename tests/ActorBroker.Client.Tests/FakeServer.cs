using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ActorBroker.Protocol;

namespace ActorBroker.Client.Tests;

/// <summary>A socket that speaks frames as a test tells it to: one accepted connection at a time.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];

    public FakeServer() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => $"127.0.0.1:{Port}";

    public async Task<Socket> AcceptAsync()
    {
        var socket = await _listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        _sockets.Add(socket);
        return socket;
    }

    /// <summary>The next frame without its length; null once the client has closed.</summary>
    public static async Task<byte[]?> ReadFrameAsync(Socket socket)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        var length = new byte[4];
        if (await stream.ReadAtLeastAsync(length, 4, throwOnEndOfStream: false, cancel) < 4)
        {
            return null;
        }

        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(frame, cancel);
        return frame;
    }

    public static int CorrelationIdOf(byte[] request) => BinaryPrimitives.ReadInt32BigEndian(request.AsSpan(4));

    /// <summary>Sends an answer of a correlation id and a body.</summary>
    public static async Task AnswerAsync(Socket socket, int correlationId, params byte[] body)
    {
        var frame = new byte[8 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, 4 + body.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), correlationId);
        body.CopyTo(frame, 8);
        await socket.SendAsync(frame, TestContext.Current.CancellationToken);
    }

    /// <summary>Reads a message that must be one of this version, to its last byte.</summary>
    public static T Read<T>(ReadOnlyMemory<byte> body, short version)
        where T : IApiMessage<T>
    {
        var reader = new KafkaReader(body);
        var message = T.Read(ref reader, version);
        Assert.True(reader.Complete, $"A {typeof(T).Name} of version {version} is malformed.");
        return message;
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _sockets.ForEach(socket => socket.Dispose());
        return ValueTask.CompletedTask;
    }
}
