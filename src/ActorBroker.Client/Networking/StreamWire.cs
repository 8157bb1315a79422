namespace ActorBroker.Client.Networking;

/// <summary>Whatever <see cref="ClientOptions.ConnectCallback"/> opened.</summary>
internal sealed class StreamWire(Stream stream) : IWire
{
    public async ValueTask SendAsync(RequestFrame frame, CancellationToken cancel)
    {
        foreach (var piece in frame.Pieces())
        {
            await stream.WriteAsync(piece, cancel).ConfigureAwait(false);
        }

        await stream.FlushAsync(cancel).ConfigureAwait(false);
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> memory, CancellationToken cancel) =>
        stream.ReadAsync(memory, cancel);

    public void Dispose() => stream.Dispose();
}
