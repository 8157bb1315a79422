using Microsoft.Extensions.Logging;

namespace ActorBroker.Client;

/// <summary>The host's producers: one for each pair of types and each set of options, whatever the topics.</summary>
internal sealed class ProducerPool(KafkaClient client, SerializerSource serializers, ILoggerFactory loggers)
    : IAsyncDisposable
{
    private readonly ILogger _log = loggers.CreateLogger<ProducerPool>();
    private readonly Lock _gate = new();
    private readonly Dictionary<(Type Key, Type Value, ProducerOptions Options), Open> _producers = [];

    private sealed record Open(
        IAsyncDisposable Producer, Func<CancellationToken, Task> FlushAsync, Func<ValueTask> AbortAsync);

    private List<Open> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _producers.Values];
            }
        }
    }

    public IProducer<TKey, TValue> Get<TKey, TValue>(string topic, ProducerOptions options)
    {
        lock (_gate)
        {
            if (!_producers.TryGetValue((typeof(TKey), typeof(TValue), options), out var open))
            {
                var producer = client.CreateProducer(
                    serializers.SerializerOf<TKey>(topic, RecordPart.Key),
                    serializers.SerializerOf<TValue>(topic, RecordPart.Value),
                    options);
                open = new Open(producer, producer.FlushAsync, producer.AbortAsync);
                _producers.Add((typeof(TKey), typeof(TValue), options), open);
            }

            return (IProducer<TKey, TValue>)open.Producer;
        }
    }

    /// <summary>Waits until what was sent is delivered; what could not be is logged.</summary>
    public Task FlushAsync(CancellationToken cancel) => Task.WhenAll(All.Select(each => FlushAsync(each, cancel)));

    /// <summary>The same, then disposes; what is not delivered in time is given up.</summary>
    public Task CloseAsync(CancellationToken cancel) => Task.WhenAll(TakeAll().Select(async each =>
    {
        if (await FlushAsync(each, cancel).ConfigureAwait(false))
        {
            await each.Producer.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            await each.AbortAsync().ConfigureAwait(false);
        }
    }));

    public async ValueTask DisposeAsync()
    {
        foreach (var each in TakeAll())
        {
            await each.Producer.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A host that is stopped twice closes them once.</summary>
    private List<Open> TakeAll()
    {
        lock (_gate)
        {
            List<Open> all = [.. _producers.Values];
            _producers.Clear();
            return all;
        }
    }

    /// <summary>False where the time was over before everything was delivered or had failed.</summary>
    private async Task<bool> FlushAsync(Open open, CancellationToken cancel)
    {
        try
        {
            await open.FlushAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            _log.NotDeliveredInTime();
            return false;
        }
        catch (KafkaException exception)
        {
            _log.NotDelivered(exception);
        }

        return true;
    }
}
