using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>
/// A broker over real sockets that keeps a <see cref="ScriptedCluster"/>'s records by the rules of idempotent
/// producers, and that fails as a test tells it to. Each connection is served on its own, and in order.
/// </summary>
internal sealed class ScriptedBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly ScriptedCluster _cluster;
    private readonly Task _accepting;

    public ScriptedBroker(ScriptedCluster cluster, int id)
    {
        _cluster = cluster;
        Id = id;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Id { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                _sockets.Add(socket);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            while (await FakeServer.ReadFrameAsync(socket) is { } frame)
            {
                var answer = await AnswerAsync(frame);
                if (answer is null)
                {
                    break;
                }

                if (answer.Length > 0)
                {
                    await FakeServer.AnswerAsync(socket, FakeServer.CorrelationIdOf(frame), answer);
                }
            }
        }
        catch (Exception exception) when (exception
            is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            return;
        }
        finally
        {
            socket.Dispose();
        }
    }

    /// <summary>The answer's bytes after the correlation id; empty for none, null to cut the connection.</summary>
    private async Task<byte[]?> AnswerAsync(byte[] frame)
    {
        var (header, at) = ReadHeader(frame);
        var body = frame.AsMemory(at);
        switch ((ApiKey)header.ApiKey)
        {
            case ApiKey.ApiVersions when header.ApiVersion > _cluster.ApiVersionsMax:
                return Encode(new ApiVersionsResponse { ErrorCode = ErrorCode.UnsupportedVersion }, 0);
            case ApiKey.ApiVersions:
                return Encode(_cluster.Versions(), header.ApiVersion);
            case ApiKey.Metadata:
                return Encode(_cluster.Describe(), header.ApiVersion);
            case ApiKey.InitProducerId:
                return Encode(_cluster.NewProducer(), header.ApiVersion);
            case ApiKey.Produce:
                var request = FakeServer.Read<ProduceRequest>(body, header.ApiVersion);
                var response = await _cluster.ProduceAsync(Id, request, header.ApiVersion);
                return response is null ? null
                    : request.Acks == 0 ? [] : Encode(response, header.ApiVersion);
            default:
                return null;
        }
    }

    private static (RequestHeader Header, int At) ReadHeader(byte[] frame)
    {
        var reader = new KafkaReader(frame);
        var header = RequestHeader.Read(ref reader);
        return (header, reader.Position);
    }

    private static byte[] Encode<T>(T response, short version)
        where T : IApiResponse<T>
    {
        using var writer = new KafkaWriter();
        if (version >= T.FirstFlexibleVersion && T.ApiKey != ApiKey.ApiVersions)
        {
            writer.WriteUnsignedVarint(0);
        }

        response.Write(writer, version);
        return writer.WrittenSpan.ToArray();
    }
}
