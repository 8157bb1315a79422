using System.Diagnostics;
using System.Threading.Channels;
using ActorBroker.Client.Cluster;
using ActorBroker.Client.Networking;
using ActorBroker.Client.Telemetry;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// Fetches all partitions of a consumer that one broker leads, over a connection of its own: a broker answers one
/// connection in order, so a long poll must not share it with other requests. One request is under way at a time, and
/// the next one is sent while up to <see cref="UnreadFramesMax"/> answers wait for the reader.
/// </summary>
internal sealed class BrokerFetcher(FetchCoordinator coordinator, BrokerAddress address)
{
    /// <summary>
    /// One that is being read and one that is ready when it is done; more would only leave the caches.
    /// </summary>
    public const int UnreadFramesMax = 2;

    private readonly FetchSession _session = new();
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private BrokerConnection? _connection;
    private int _unreadFrames;

    /// <summary>The broker.</summary>
    public BrokerAddress Address => address;

    /// <summary>True while the reader has as much to read as may wait.</summary>
    public bool IsFull => Volatile.Read(ref _unreadFrames) >= UnreadFramesMax;

    /// <summary>There may be something to fetch.</summary>
    public void Wake() => _changed.Writer.TryWrite(true);

    /// <summary>An answer was read, or dropped.</summary>
    public void FrameRead()
    {
        Interlocked.Decrement(ref _unreadFrames);
        Wake();
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                var targets = coordinator.TargetsOf(this);
                if (targets.Count > 0 && !IsFull)
                {
                    await FetchAsync(targets, cancel).ConfigureAwait(false);
                }
                else
                {
                    await WaitAsync(cancel).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The consumer is closed.
        }
        finally
        {
            await DropConnectionAsync().ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(CancellationToken cancel)
    {
        if (coordinator.IsIdle(this))
        {
            // All its partitions are gone, or are led by others now.
            await DropConnectionAsync().ConfigureAwait(false);
        }

        await _changed.Reader.ReadAsync(cancel).ConfigureAwait(false);
    }

    private async Task FetchAsync(List<FetchTarget> targets, CancellationToken cancel)
    {
        var startedAt = Stopwatch.GetTimestamp();
        try
        {
            await FetchOnceAsync(targets, cancel).ConfigureAwait(false);
            Measure(targets, startedAt, null);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            // Whatever it was, the partitions learn of it: nothing may end in a consumer that waits for ever.
            await DropConnectionAsync().ConfigureAwait(false);
            coordinator.Failed(this, targets, exception);
            Measure(targets, startedAt, exception);
        }
    }

    private static void Measure(List<FetchTarget> targets, long startedAt, Exception? failure)
    {
        if (ClientInstruments.MeasuresPolls)
        {
            var elapsed = Stopwatch.GetElapsedTime(startedAt);
            targets.ForEach(each => ClientInstruments.Polled(each.Id.Topic, each.Id.Partition, elapsed, failure));
        }
    }

    private async Task FetchOnceAsync(List<FetchTarget> targets, CancellationToken cancel)
    {
        if (_connection is not { IsOpen: true })
        {
            await DropConnectionAsync().ConfigureAwait(false);
            _connection = await coordinator.ConnectAsync(address, cancel).ConfigureAwait(false);
        }

        var version = _connection.ChooseVersion<FetchRequest>();
        if (targets.Any(target => target.TopicId == Guid.Empty))
        {
            version = Math.Min(version, (short)(FetchSession.FirstVersionWithTopicIds - 1));
        }

        var request = coordinator.NewRequest(_session, targets, version);
        var exchange = _connection.ExchangeAsync<FetchRequest, FetchResponse>(
            request, version, coordinator.Patience, cancel);
        await WatchAsync(targets, exchange, cancel).ConfigureAwait(false);
        var answer = await exchange.ConfigureAwait(false);
        Interlocked.Increment(ref _unreadFrames);
        var frame = new FetchedFrame(answer, this);
        try
        {
            Take(frame, targets);
        }
        finally
        {
            frame.Release();
        }
    }

    /// <summary>
    /// A leader that was stopped, or cut off, never answers. Once the cluster has another one, there is nothing to wait
    /// for.
    /// </summary>
    private async Task WatchAsync(List<FetchTarget> targets, Task exchange, CancellationToken cancel)
    {
        var patience = coordinator.FetchMaxWait + LateAnswer.Patience;
        while (await exchange.IsLateAsync(patience, coordinator.Clock).ConfigureAwait(false))
        {
            patience = LateAnswer.Patience;
            if (await coordinator.HaveMovedAsync(this, targets, cancel).ConfigureAwait(false))
            {
                await DropConnectionAsync().ConfigureAwait(false);
            }
        }
    }

    private void Take(FetchedFrame frame, List<FetchTarget> targets)
    {
        var error = frame.Response.ErrorCode;
        if (error != ErrorCode.None)
        {
            var hadSession = _session.IsOpen;
            _session.Reset();
            if (hadSession && error.IsRetriable())
            {
                // The broker has forgotten the session: the next request names everything.
                return;
            }

            throw new BrokerErrorException(error, $"Fetching from {address}");
        }

        _session.Answered(frame.Response);
        foreach (var topic in frame.Response.Responses)
        {
            foreach (var partition in topic.Partitions)
            {
                if (_session.TryFind(topic, partition.PartitionIndex, out var target))
                {
                    coordinator.Take(this, target, partition, frame);
                }
            }
        }

        coordinator.Answered(this, targets);
    }

    private async ValueTask DropConnectionAsync()
    {
        var connection = _connection;
        _connection = null;
        _session.Reset();
        if (connection is not null)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
