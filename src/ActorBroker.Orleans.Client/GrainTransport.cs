using System.Diagnostics.CodeAnalysis;

namespace ActorBroker.Orleans;

/// <summary>
/// Connections to brokers that go by grain calls: no listener has to be in reach, Orleans finds the brokers. What goes
/// over them is Kafka's protocol, so that a client does all that it does over TCP.
/// </summary>
/// <param name="grains">The cluster's client, or a silo's own factory.</param>
public sealed class GrainTransport(IGrainFactory grains)
{
    /// <summary>For a client's <c>BootstrapServers</c>: whichever broker Orleans finds first.</summary>
    public const string BootstrapServers = ConnectionKey.AnyHost;

    /// <summary>Opens a connection; for a client's <c>ConnectCallback</c>.</summary>
    /// <param name="host">A broker, as brokers name themselves to clients that come this way.</param>
    /// <param name="port">Of no meaning here.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">The broker can't be reached now.</exception>
    public async ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken cancel)
    {
        if (!ConnectionKey.TryParse(host, Guid.NewGuid(), out var key))
        {
            throw new IOException($"'{host}' is no broker's name for grains; where bootstrap servers are given, " +
                $"they have to be '{BootstrapServers}'");
        }

        var connection = grains.GetGrain<IConnectionGrain>(key.ToString());
        if (!await TryOpenAsync(connection, cancel).ConfigureAwait(false))
        {
            throw new IOException("its silo serves no clients now");
        }

        var stream = new CarriedStream();
        _ = SendAsync(connection, stream);
        _ = ReceiveAsync(connection, stream);
        return stream;
    }

    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types",
        Justification = "Orleans' calls fail in many ways, all of which mean that the broker can't be reached now.")]
    private static async Task<bool> TryOpenAsync(IConnectionGrain connection, CancellationToken cancel)
    {
        try
        {
            return await connection.OpenAsync().WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested)
        {
            throw new IOException(failure.Message, failure);
        }
    }

    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, the stream tells.")]
    private static async Task SendAsync(IConnectionGrain connection, CarriedStream stream)
    {
        var carrier = new Carrier(stream);
        var position = 0L;
        try
        {
            while (await carrier.TakeAsync(CancellationToken.None).ConfigureAwait(false) is { } bytes)
            {
                var answer = bytes.IsEmpty ? ConnectionWrite.Taken : ConnectionWrite.NotYet;
                while (answer == ConnectionWrite.NotYet)
                {
                    answer = await connection.WriteAsync(position, new RecordBytes(bytes)).ConfigureAwait(false);
                }

                if (answer == ConnectionWrite.Closed)
                {
                    stream.Break(new IOException("The broker closed the connection."));
                    return;
                }

                position += bytes.Length;
            }
        }
        catch (Exception failure)
        {
            stream.Break(new IOException(failure.Message, failure));
        }

        // Where even that does not arrive, the grain's age ends the connection.
        connection.CloseAsync().Ignore();
    }

    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, the stream tells.")]
    private static async Task ReceiveAsync(IConnectionGrain connection, CarriedStream stream)
    {
        var position = 0L;
        try
        {
            while (!stream.IsClosed)
            {
                var taken = await connection.ReadAsync(position).ConfigureAwait(false);
                position += taken.Bytes.Memory.Length;
                if (!taken.Bytes.Memory.IsEmpty)
                {
                    await stream.Incoming.WriteAsync(taken.Bytes.Memory).ConfigureAwait(false);
                    taken.Bytes.Release();
                }

                if (taken.IsEnd)
                {
                    await stream.Incoming.CompleteAsync().ConfigureAwait(false);
                    return;
                }
            }
        }
        catch (Exception failure)
        {
            stream.Break(new IOException(failure.Message, failure));
        }
    }
}
