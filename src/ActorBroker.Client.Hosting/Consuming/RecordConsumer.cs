using System.Collections.Concurrent;
using ActorBroker.Records;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Client;

/// <summary>
/// A member of a group for as long as a host runs, which gives each record to a handler from a scope of its own.
/// </summary>
/// <remarks>
/// A record that fails is tried again in place while the pauses are short. When they grow long its partition alone
/// rests and goes back to the record, so that neither the other partitions nor a rebalance wait for it.
/// </remarks>
internal sealed class RecordConsumer<TKey, TValue, THandler>(ConsumerPlan plan, IServiceProvider services)
    : BackgroundService, IHostedLifecycleService
    where THandler : class, IRecordHandler<TKey, TValue>
{
    /// <summary>Longer pauses are the whole partition's.</summary>
    private static readonly TimeSpan PauseInPlaceMax = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(TopicPartition Partition, long Offset), int> _failures = new();
    private readonly CancellationTokenSource _hurrying = new();
    private readonly IServiceScopeFactory _scopes = services.GetRequiredService<IServiceScopeFactory>();
    private readonly ILogger _log =
        services.GetRequiredService<ILoggerFactory>().CreateLogger("ActorBroker.Client.Consumer");

    private IConsumer<TKey, TValue>? _consumer;
    private int _troubles;

    /// <summary>What is missing to read the topic fails the host's start.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var serializers = services.GetRequiredService<SerializerSource>();
        _consumer = services.GetRequiredService<KafkaClient>().CreateConsumer(
            serializers.DeserializerOf<TKey>(plan.Topic, RecordPart.Key),
            serializers.DeserializerOf<TValue>(plan.Topic, RecordPart.Value),
            plan.Consumer);
        return base.StartAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Ends before any service stops: what it commits over may be another service of the host, wherever that was added.
    /// </summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => StopAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Handlers that run may end and are committed, as long as the host's time to shut down lasts.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
        {
            await _hurrying.CancelAsync().ConfigureAwait(false);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _hurrying.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var consumer = _consumer!;
        await using (consumer.ConfigureAwait(false))
        {
            consumer.Subscribe([plan.Topic], new RebalanceHandlers { Revoked = ForgetAsync });
            while (!stoppingToken.IsCancellationRequested)
            {
                await RunAsync(consumer, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads until the host stops, or the cluster is out of reach for long.</summary>
    private async Task RunAsync(IConsumer<TKey, TValue> consumer, CancellationToken stopping)
    {
        try
        {
            await consumer.ConsumeParallelAsync(
                (record, abandoned) => HandleAsync(record, abandoned, stopping), plan.Handling.Parallel, stopping)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (KafkaException exception) when (exception.IsRetriable)
        {
            var pause = plan.Handling.PauseAfter(++_troubles);
            _log.ReadingFailed(plan.Topic, plan.Group, pause, exception);
            await Task.Delay(pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception exception)
        {
            _log.ReadingEnded(plan.Topic, plan.Group, exception);
            throw;
        }
    }

    private async ValueTask HandleAsync(
        ConsumeResult<TKey, TValue> record, CancellationToken abandoned, CancellationToken stopping)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(abandoned, _hurrying.Token);
        while (await TryHandleAsync(record, giveUp.Token).ConfigureAwait(false) is { } pause)
        {
            // What failed is not tried again by a host that stops: whoever reads next begins with it.
            stopping.ThrowIfCancellationRequested();
            if (pause > PauseInPlaceMax)
            {
                throw new RetryLaterException(pause);
            }

            using var wake = CancellationTokenSource.CreateLinkedTokenSource(giveUp.Token, stopping);
            await Task.Delay(pause, wake.Token).ConfigureAwait(false);
        }

        _troubles = 0;
    }

    /// <summary>The pause before the next attempt; null where the record is done.</summary>
    private async Task<TimeSpan?> TryHandleAsync(ConsumeResult<TKey, TValue> record, CancellationToken giveUp)
    {
        var where = (record.TopicPartition, record.Offset);
        using var span = record.StartProcessing();
        try
        {
            var scope = _scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                var handler = scope.ServiceProvider.GetRequiredService<THandler>();
                await handler.HandleAsync(record, giveUp).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
            when (exception is not OperationCanceledException || !giveUp.IsCancellationRequested)
        {
            span?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, exception.Message);
            var failures = _failures.AddOrUpdate(where, 1, static (_, before) => before + 1);
            var pause = plan.Handling.PauseAfter(failures);
            _log.HandlerFailed(
                pause > PauseInPlaceMax ? LogLevel.Error : LogLevel.Warning,
                record.Topic, record.Partition, record.Offset, plan.Group, failures, pause, exception);
            return pause;
        }

        _failures.TryRemove(where, out _);
        return null;
    }

    private ValueTask ForgetAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancel)
    {
        foreach (var where in _failures.Keys.Where(each => partitions.Contains(each.Partition)))
        {
            _failures.TryRemove(where, out _);
        }

        return ValueTask.CompletedTask;
    }
}
