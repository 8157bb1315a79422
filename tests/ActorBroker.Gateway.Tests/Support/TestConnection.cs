using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ActorBroker.Protocol;

namespace ActorBroker.Gateway.Tests.Support;

/// <summary>A client's end of a real connection, speaking whole frames by the generated codecs, or raw bytes.</summary>
internal sealed class TestConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private int _correlationId;

    private TestConnection(Socket socket) => _socket = socket;

    public static async Task<TestConnection> OpenAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        return new TestConnection(socket);
    }

    /// <summary>Sends a request and reads its response, which must be whole and the next one.</summary>
    public async Task<TResponse> AskAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : class, IApiRequest<TRequest>
        where TResponse : class, IApiResponse<TResponse>
    {
        var correlationId = await SendAsync(request, version);
        return await ReceiveAsync<TResponse>(version, correlationId);
    }

    public async Task<int> SendAsync<TRequest>(TRequest request, short version)
        where TRequest : class, IApiRequest<TRequest>
    {
        var correlationId = ++_correlationId;
        await SendRawAsync(Encode(request, version, correlationId));
        return correlationId;
    }

    public static byte[] Encode<TRequest>(TRequest request, short version, int correlationId)
        where TRequest : class, IApiRequest<TRequest>
    {
        using var writer = new KafkaWriter();
        Frames.WriteRequest(writer, version, correlationId, "test", request);
        return writer.WrittenMemory.ToArray();
    }

    public async Task<TResponse> ReceiveAsync<TResponse>(short version, int correlationId)
        where TResponse : class, IApiResponse<TResponse>
    {
        var frame = await ReceiveFrameAsync();
        return Decode<TResponse>(frame, version, correlationId);
    }

    public async Task<byte[]> ReceiveFrameAsync()
    {
        var prefix = new byte[4];
        Assert.True(await FillAsync(prefix), "The connection was closed before a response came.");
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
        Assert.True(await FillAsync(frame), "The connection was closed inside a response.");
        return frame;
    }

    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, TestContext.Current.CancellationToken)..];
        }
    }

    /// <summary>The broker closes the connection without another byte.</summary>
    public async Task ExpectClosedAsync() =>
        Assert.False(await FillAsync(new byte[1]), "A byte came instead of the end of the connection.");

    public void Dispose() => _socket.Dispose();

    private static TResponse Decode<TResponse>(byte[] frame, short version, int correlationId)
        where TResponse : class, IApiResponse<TResponse>
    {
        var reader = new KafkaReader(frame);
        var header = ResponseHeader.Read(ref reader, ApiKeys.Get(TResponse.ApiKey).ResponseHeaderVersion(version));
        Assert.Equal(correlationId, header.CorrelationId);
        var response = TResponse.Read(ref reader, version);
        Assert.True(reader.Complete, $"The {TResponse.ApiKey} response v{version} does not decode.");
        return response;
    }

    private async Task<bool> FillAsync(Memory<byte> buffer)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        while (!buffer.IsEmpty)
        {
            int received;
            try
            {
                received = await _socket.ReceiveAsync(buffer, limit.Token);
            }
            catch (SocketException)
            {
                return false;
            }

            if (received == 0)
            {
                return false;
            }

            buffer = buffer[received..];
        }

        return true;
    }
}
