namespace ActorBroker.Cli.Producing;

/// <summary>One record, given on the command line; without a value it is a tombstone.</summary>
internal sealed class SingleSource(ReadOnlyMemory<byte>? value, RecordFrame frame) : IProduceSource
{
    public long? Bytes => value?.Length ?? 0;

    public async Task SendAsync(ProduceSink sink, CancellationToken cancel) =>
        await sink.SendAsync(frame.Of(value), cancel).ConfigureAwait(false);
}
