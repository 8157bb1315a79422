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
    private delegate IApiMessage Handler(ReadOnlyMemory<byte> body, short version);

    private readonly FakeServer _server = new();
    private readonly ConcurrentDictionary<short, (short Highest, short Flexible, Handler Handler)> _apis = [];
    private readonly ConcurrentQueue<ApiKey> _asked = new();

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

    public string Address => _server.Address;

    /// <summary>The APIs that were called, in order, without negotiation.</summary>
    public IEnumerable<ApiKey> Asked => _asked.Where(api => api != ApiKey.ApiVersions);

    /// <summary>How often an API was called.</summary>
    public int CountOf(ApiKey api) => _asked.Count(each => each == api);

    /// <summary>Answers an API, up to a version.</summary>
    public void Answer<TRequest, TResponse>(Func<TRequest, TResponse> answer, short? highest = null)
        where TRequest : IApiRequest<TRequest>
        where TResponse : IApiResponse<TResponse>
    {
        IApiMessage Handle(ReadOnlyMemory<byte> body, short version)
        {
            var reader = new KafkaReader(body);
            var request = TRequest.Read(ref reader, version);
            Assert.True(reader.Complete, $"{TRequest.ApiKey} v{version} does not read.");
            return answer(request);
        }

        _apis[(short)TRequest.ApiKey] = (highest ?? TRequest.HighestVersion, TRequest.FirstFlexibleVersion, Handle);
    }

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
                await socket.SendAsync(Respond(frame), TestContext.Current.CancellationToken);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException
            or OperationCanceledException)
        {
            // The client or the test has closed the connection.
        }
    }

    private byte[] Respond(byte[] frame)
    {
        var reader = new KafkaReader(frame);
        var key = reader.ReadInt16();
        var version = reader.ReadInt16();
        var correlationId = reader.ReadInt32();
        reader.ReadNullableString(compact: false);
        var (_, flexible, handler) = _apis[key];
        if (version >= flexible)
        {
            reader.SkipTaggedFields();
        }

        _asked.Enqueue((ApiKey)key);
        using var writer = new KafkaWriter();
        writer.WriteInt32(0);
        writer.WriteInt32(correlationId);
        if (version >= flexible && key != (short)ApiKey.ApiVersions)
        {
            writer.WriteUnsignedVarint(0);
        }

        handler(frame.AsMemory(reader.Position), version).Write(writer, version);
        var answer = writer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(answer, answer.Length - 4);
        return answer;
    }
}
