namespace ActorBroker.Cli.Producing;

/// <summary>A byte stream, cut into records of a fixed size: put back to back they are the stream again.</summary>
internal sealed class StreamSource(string path, int recordBytes, RecordFrame frame) : IProduceSource
{
    public long? Bytes => InputFile.TotalBytes([path]);

    public async Task SendAsync(ProduceSink sink, CancellationToken cancel)
    {
        await using var stream = InputFile.Open(path);
        var buffer = new byte[recordBytes];
        while (true)
        {
            var read = await stream.ReadAtLeastAsync(buffer, recordBytes, throwOnEndOfStream: false, cancel)
                .AsTask().WaitAsync(cancel).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            // The producer copies the bytes, so the buffer is free again once the record is taken.
            await sink.SendAsync(frame.Of(buffer.AsMemory(0, read)), cancel).ConfigureAwait(false);
        }
    }
}
