using System.Collections.Concurrent;
using ActorBroker.Client;
using ActorBroker.Records;
using Microsoft.Extensions.Hosting;

namespace OrderFanOut.Services;

/// <summary>
/// Knows each service's pace. The topic is a table: every process reads it from the start, without a group, and the
/// newest record of a key counts. So the page slows services down that run in other processes.
/// </summary>
public sealed class Paces(KafkaClient client, FanOutTopics topics, IHostApplicationLifetime lifetime)
    : BackgroundService
{
    private static readonly TimeSpan SlowPause = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, Pace> _paces = new();
    private volatile TaskCompletionSource _changed = NewChange();

    public Pace Of(string service) => _paces.GetValueOrDefault(service);

    /// <summary>Waits as the service's pace demands; a host that stops waits no longer.</summary>
    public async Task WaitAsync(string service, CancellationToken cancel)
    {
        using var either =
            CancellationTokenSource.CreateLinkedTokenSource(cancel, lifetime.ApplicationStopping);
        try
        {
            var changed = _changed.Task;
            while (Of(service) == Pace.Paused)
            {
                await changed.WaitAsync(either.Token);
                changed = _changed.Task;
            }

            if (Of(service) == Pace.Slow)
            {
                await Task.Delay(SlowPause, either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The host stops: what has begun is done.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await topics.ReadyAsync(stoppingToken);
        await using var consumer = client.CreateConsumer(Deserializers.Utf8, Deserializers.Utf8);
        consumer.Assign(new TopicPartition(Topics.Paces, 0), StartPosition.Earliest);
        while (true)
        {
            try
            {
                await foreach (var record in consumer.ReadAllAsync(stoppingToken))
                {
                    Set(record.Key!, Enum.TryParse<Pace>(record.Value, out var pace) ? pace : Pace.Full);
                }
            }
            catch (KafkaException failure) when (failure.IsRetriable)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Set(string service, Pace pace)
    {
        _paces[service] = pace;
        Interlocked.Exchange(ref _changed, NewChange()).SetResult();
    }
}
