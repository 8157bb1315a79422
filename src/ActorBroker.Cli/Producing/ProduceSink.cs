using ActorBroker.Cli.Terminal;
using ActorBroker.Client;

namespace ActorBroker.Cli.Producing;

/// <summary>Sends records to one topic, counts them, and stops at the first that fails.</summary>
internal sealed class ProduceSink(Producer producer, string topic, TransferMeter meter)
{
    private PendingRecord? _newest;

    public async ValueTask SendAsync(ProducerRecord record, CancellationToken cancel)
    {
        var pending = await producer.SendAsync(topic, record, cancel).ConfigureAwait(false);

        // A record that already failed stops the command here, instead of after the whole input was read.
        if (_newest is { } earlier && earlier.HasFailed)
        {
            await earlier.DeliveredAsync(cancel).ConfigureAwait(false);
        }

        _newest = pending;
        meter.Add((record.Key?.Length ?? 0) + (record.Value?.Length ?? 0));
    }
}
