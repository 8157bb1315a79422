using ActorBroker.Client;

namespace ActorBroker.Cli.Producing;

/// <summary>A byte stream, cut into records of a fixed size: put back to back they are the stream again.</summary>
internal sealed class StreamSource(string path, int recordBytes, int partition) : IProduceSource
{
    public const string StandardInput = "-";

    public async Task SendAsync(ProduceSink sink, CancellationToken cancel)
    {
        await using var stream = Open(path);
        var buffer = new byte[recordBytes];
        while (true)
        {
            var read = await stream.ReadAtLeastAsync(buffer, recordBytes, throwOnEndOfStream: false, cancel)
                .ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            // The producer copies the bytes, so the buffer is free again once the record is taken.
            var record = new ProducerRecord { Value = buffer.AsMemory(0, read), Partition = partition };
            await sink.SendAsync(record, cancel).ConfigureAwait(false);
        }
    }

    public static Stream Open(string path) => path == StandardInput
        ? Console.OpenStandardInput()
        : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
}
