using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ActorBroker.Protocol;

namespace ActorBroker.Benchmarks.Groups;

/// <summary>A connection that asks one thing at a time, to show the broker's work and not a client's.</summary>
internal sealed class WireConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly KafkaWriter _writer = new();
    private byte[] _frame = new byte[4096];
    private int _correlation;

    public static async Task<WireConnection> OpenAsync(DnsEndPoint broker)
    {
        var connection = new WireConnection();
        await connection._socket.ConnectAsync(broker);
        return connection;
    }

    public async Task<TResponse> AskAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : IApiRequest<TRequest>
        where TResponse : IApiResponse<TResponse>
    {
        _writer.Reset();
        Frames.WriteRequest(_writer, version, ++_correlation, "bench", request);
        await _socket.SendAsync(_writer.WrittenMemory);
        await FillAsync(Frames.PrefixSize);
        var size = BinaryPrimitives.ReadInt32BigEndian(_frame);
        if (_frame.Length < size)
        {
            _frame = new byte[size];
        }

        await FillAsync(size);
        return Read<TResponse>(size, version);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _writer.Dispose();
    }

    // A copy: what the answer keeps would point into the next answer.
    private TResponse Read<TResponse>(int size, short version)
        where TResponse : IApiResponse<TResponse>
    {
        var reader = new KafkaReader(_frame.AsMemory(0, size).ToArray());
        ResponseHeader.Read(ref reader, ApiKeys.Get(TResponse.ApiKey).ResponseHeaderVersion(version));
        var answer = TResponse.Read(ref reader, version);
        return reader.Complete
            ? answer
            : throw new InvalidOperationException($"The answer to {TResponse.ApiKey} v{version} is malformed.");
    }

    private async Task FillAsync(int count)
    {
        for (var got = 0; got < count;)
        {
            var more = await _socket.ReceiveAsync(_frame.AsMemory(got, count - got));
            got += more > 0 ? more : throw new IOException("The broker closed the connection.");
        }
    }
}
