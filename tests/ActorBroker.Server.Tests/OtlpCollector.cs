using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActorBroker.Server.Tests;

/// <summary>
/// As much of an OpenTelemetry collector as a test needs: takes OTLP/HTTP posts and reads the names of the metrics.
/// </summary>
internal sealed class OtlpCollector : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public OtlpCollector()
    {
        _listener.Start();
        Address = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
    }

    public string Address { get; }

    /// <summary>The path of the last post.</summary>
    public string Path { get; private set; } = "";

    /// <summary>Takes posts until one has this metric; all names of that post.</summary>
    public async Task<IReadOnlyList<string>> NamesWithAsync(string metric, CancellationToken cancel)
    {
        while (true)
        {
            using var peer = await _listener.AcceptTcpClientAsync(cancel).AsTask()
                .WaitAsync(TimeSpan.FromMinutes(2), cancel);
            var names = Names(await ReadAsync(peer.GetStream(), cancel));
            if (names.Contains(metric))
            {
                return names;
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task<byte[]> ReadAsync(NetworkStream stream, CancellationToken cancel)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, cancel);
            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n");
        Path = lines[0].Split(' ')[1];
        var length = lines.First(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var body = new byte[int.Parse(length.Split(':')[1], null)];
        await stream.ReadExactlyAsync(body, cancel);
        var answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();
        await stream.WriteAsync(answer, cancel);
        return body;
    }

    // ExportMetricsServiceRequest.resource_metrics=1 .scope_metrics=2 .metrics=2 .name=1
    private static List<string> Names(byte[] request) =>
    [
        .. Fields(request, 1).SelectMany(resource => Fields(resource, 2)).SelectMany(scope => Fields(scope, 2))
            .SelectMany(metric => Fields(metric, 1)).Select(name => Encoding.UTF8.GetString(name.Span)),
    ];

    private static List<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int number)
    {
        var found = new List<ReadOnlyMemory<byte>>();
        var position = 0;
        while (position < message.Length)
        {
            var tag = Varint(message.Span, ref position);
            var length = (tag & 7) switch
            {
                0 => 0,
                1 => 8,
                2 => (int)Varint(message.Span, ref position),
                5 => 4,
                var wire => throw new InvalidDataException($"wire type {wire}"),
            };
            if ((tag & 7) == 0)
            {
                Varint(message.Span, ref position);
            }
            else if ((tag & 7) == 2 && (int)(tag >> 3) == number)
            {
                found.Add(message.Slice(position, length));
            }

            position += length;
        }

        return found;
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int position)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[position++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
