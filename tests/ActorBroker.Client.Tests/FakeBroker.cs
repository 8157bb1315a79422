using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Client.Tests;

/// <summary>
/// A broker that speaks the protocol and knows nothing: a test tells it how to answer each API, and in which version.
/// </summary>
internal sealed class FakeBroker : IAsyncDisposable
{
    private delegate Task<IApiMessage?> Handler(ReadOnlyMemory<byte> body, short version);

    private readonly FakeServer _server = new();
    private readonly ConcurrentDictionary<short, (short Highest, short Flexible, Handler Handler)> _apis = [];
    private readonly ConcurrentQueue<ApiKey> _asked = new();
    private readonly ConcurrentDictionary<ApiKey, int> _cuts = [];

    public FakeBroker(int id)
    {
        Id = id;
        Answer<ApiVersionsRequest, ApiVersionsResponse>(_ => new ApiVersionsResponse
        {
            ApiKeys = [.. _apis.Select(
                api => new ApiVersionsResponse.ApiVersion { ApiKey = api.Key, MaxVersion = api.Value.Highest })],
        });
        _ = AcceptAsync();
    }

    public int Id { get; }

    public int Port => _server.Port;

    public string Address => _server.Address;

    /// <summary>How metadata names it.</summary>
    public MetadataResponse.MetadataResponseBroker Described => new() { NodeId = Id, Host = "127.0.0.1", Port = Port };

    /// <summary>The APIs that were called, in order, without negotiation.</summary>
    public IEnumerable<ApiKey> Asked => _asked.Where(api => api != ApiKey.ApiVersions);

    /// <summary>How often an API was called.</summary>
    public int CountOf(ApiKey api) => _asked.Count(each => each == api);

    /// <summary>Answers an API, up to a version.</summary>
    public void Answer<TRequest, TResponse>(Func<TRequest, TResponse> answer, short? highest = null)
        where TRequest : IApiRequest<TRequest>
        where TResponse : IApiResponse<TResponse> =>
        AnswerLater<TRequest, TResponse>((request, _) => Task.FromResult<TResponse?>(answer(request)), highest);

    /// <summary>Answers an API in its own time, by the version; null cuts the connection.</summary>
    public void AnswerLater<TRequest, TResponse>(Func<TRequest, short, Task<TResponse?>> answer, short? highest = null)
        where TRequest : IApiRequest<TRequest>
        where TResponse : IApiResponse<TResponse>
    {
        async Task<IApiMessage?> Handle(ReadOnlyMemory<byte> body, short version) =>
            await answer(FakeServer.Read<TRequest>(body, version), version);

        _apis[(short)TRequest.ApiKey] = (highest ?? TRequest.HighestVersion, TRequest.FirstFlexibleVersion, Handle);
    }

    /// <summary>Sends only so many bytes of the next answer to an API, and closes the connection.</summary>
    public void CutNextAnswer(ApiKey api, int atByte) => _cuts[api] = atByte;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _server.AcceptAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException
            or OperationCanceledException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            while (await FakeServer.ReadFrameAsync(socket) is { } frame)
            {
                if (await RespondAsync(frame) is not { } answer)
                {
                    socket.Dispose();
                    return;
                }

                var cut = _cuts.TryRemove((ApiKey)BinaryPrimitives.ReadInt16BigEndian(frame), out var atByte);
                var sent = cut ? answer.AsMemory(0, Math.Min(atByte, answer.Length - 1)) : answer;
                await socket.SendAsync(sent, TestContext.Current.CancellationToken);
                if (cut)
                {
                    socket.Shutdown(SocketShutdown.Both);
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException
            or OperationCanceledException)
        {
            // The client or the test has closed the connection.
        }
    }

    private async Task<byte[]?> RespondAsync(byte[] frame)
    {
        var (key, version, correlationId, body) = ReadHeader(frame);
        var (_, flexible, handler) = _apis[key];
        _asked.Enqueue((ApiKey)key);
        if (await handler(body, version) is not { } response)
        {
            return null;
        }

        using var writer = new KafkaWriter();
        writer.WriteInt32(0);
        writer.WriteInt32(correlationId);
        if (version >= flexible && key != (short)ApiKey.ApiVersions)
        {
            writer.WriteUnsignedVarint(0);
        }

        response.Write(writer, version);
        var answer = writer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(answer, answer.Length - 4);
        return answer;
    }

    private (short Key, short Version, int CorrelationId, ReadOnlyMemory<byte> Body) ReadHeader(byte[] frame)
    {
        var reader = new KafkaReader(frame);
        var key = reader.ReadInt16();
        var version = reader.ReadInt16();
        var correlationId = reader.ReadInt32();
        reader.ReadNullableString(compact: false);
        if (version >= _apis[key].Flexible)
        {
            reader.SkipTaggedFields();
        }

        return (key, version, correlationId, frame.AsMemory(reader.Position));
    }
}
