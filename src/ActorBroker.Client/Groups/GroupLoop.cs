using System.Threading.Channels;
using ActorBroker.Client.Consuming;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>
/// Keeps a member in its group: makes the calls when they are due, gives handovers to the reader, repeats what fails
/// and passes, tells the reader what does not, and leaves when the reader is away for too long. One task.
/// </summary>
/// <param name="membership">The protocol.</param>
/// <param name="link">The way to the coordinator.</param>
/// <param name="turns">The reader's turns.</param>
/// <param name="watch">Whether the reader reads.</param>
/// <param name="coordinator">Whose reader is woken.</param>
/// <param name="handOver">What the reader does in a handover.</param>
internal sealed class GroupLoop(
    IMembership membership,
    CoordinatorLink link,
    ReaderTurns turns,
    ReaderWatch watch,
    FetchCoordinator coordinator,
    Func<Handover, CancellationToken, ValueTask> handOver)
{
    /// <summary>How small a part of a request's time the topics may take from a member's heartbeats.</summary>
    private const int WatchShare = 3;

    private readonly MemberMachine _machine = membership.Machine;
    private readonly TimeProvider _clock = link.Options.TimeProvider;
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile MemberIdentity? _identity;
    private volatile GroupSubscription? _newSubscription;
    private volatile bool _isHandedOver;
    private volatile bool _isJoining;
    private ReaderTurn? _turn;
    private int _watchFailures;
    private long _watchFailingSince;
    private long _watchAgainMs;
    private int _failures;
    private long _failingSince;

    // The reader's activity at which a stalled member began to wait for another one; null while it has more to be told.
    private volatile object? _stalledAt;

    /// <summary>As whom to commit now.</summary>
    public MemberIdentity? Identity => _identity;

    /// <summary>True while the member joins: the others are waited for, and its reader is not.</summary>
    public bool IsJoining => _isJoining;

    public IReadOnlyList<string> Topics => membership.Topics;

    /// <summary>There may be something to do.</summary>
    public void Wake() => _changed.Writer.TryWrite(true);

    public void Subscribe(GroupSubscription subscription)
    {
        _newSubscription = subscription;
        Wake();
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await StepAsync(cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                await FailedAsync(exception, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Leaves the group, after the loop has ended; a coordinator that cannot be told finds out.</summary>
    public async Task LeaveAsync(CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(link.Options.RequestTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            await membership.LeaveAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
            when (exception is KafkaException or OperationCanceledException or ObjectDisposedException)
        {
            // The session ends by itself.
        }

        _identity = null;
    }

    private async Task StepAsync(CancellationToken cancel)
    {
        Settle();
        if (_machine.IsStalled)
        {
            TryResume();
        }
        else if (watch.IsAway)
        {
            // A reader that comes back now finds that all is lost before the others hear of it.
            var leaving = LeaveAsync(cancel);
            Stall();
            Publish();
            await leaving.ConfigureAwait(false);
        }

        if (!_machine.IsStalled)
        {
            await WatchAsync(cancel).ConfigureAwait(false);
        }

        Publish();
        var call = _machine.Next(link.NowMs());
        Publish();
        if (call == MemberCall.None)
        {
            await WaitAsync(NextStep(), cancel).ConfigureAwait(false);
        }
        else
        {
            await CallAsync(call, cancel).ConfigureAwait(false);

            // A join alone is no success: what comes after it may fail each time.
            _failures = call == MemberCall.Join ? _failures : 0;
            Publish();
        }
    }

    /// <summary>Takes what others have left for the loop to do.</summary>
    private void Settle()
    {
        if (Interlocked.Exchange(ref _newSubscription, null) is { } subscription)
        {
            membership.Subscribe(subscription);
        }

        if (_isHandedOver)
        {
            _isHandedOver = false;
            _machine.HandedOver();
        }
        else if (_machine.IsCurrentVoid && _turn is not null && turns.TryWithdraw(_turn))
        {
            _machine.Withdrawn();
        }
    }

    /// <summary>
    /// Looks after the cluster's topics. A member must not miss its heartbeats for metadata that hang or fail: it goes
    /// on with the topics it knows and looks again later, and the reader learns of what lasts.
    /// </summary>
    private async Task WatchAsync(CancellationToken cancel)
    {
        if (_machine.Identity is null)
        {
            await membership.WatchAsync(cancel).ConfigureAwait(false);
            return;
        }

        if (link.NowMs() < _watchAgainMs)
        {
            return;
        }

        using var patience = new CancellationTokenSource(link.Options.RequestTimeout / WatchShare, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            await membership.WatchAsync(either.Token).ConfigureAwait(false);
            _watchFailures = 0;
        }
        catch (Exception exception) when (!cancel.IsCancellationRequested)
        {
            WatchFailed(exception);
        }
    }

    private void WatchFailed(Exception exception)
    {
        if (_watchFailures++ == 0)
        {
            _watchFailingSince = _clock.GetTimestamp();
        }

        _watchAgainMs = link.NowMs() + (long)Backoff.Pause(link.Options, _watchFailures - 1).TotalMilliseconds + 1;
        if (_clock.GetElapsedTime(_watchFailingSince) >= link.Options.OperationTimeout)
        {
            _watchFailures = 0;
            Post(exception as KafkaException
                ?? new ClientTimeoutException("Asking for the topics of the group took too long.", exception));
        }
    }

    /// <summary>Lets the others see what the machine has come to.</summary>
    private void Publish()
    {
        var identity = _machine.Identity;
        if (identity != _identity)
        {
            _identity = identity;
        }

        _isJoining = _machine.IsJoining;

        if (_machine.TryBeginHandover(out var handover))
        {
            _turn = new ReaderTurn(token => RunAsync(handover, token));
            turns.Post(_turn);
            coordinator.WakeReader();
        }
    }

    private async ValueTask RunAsync(Handover handover, CancellationToken cancel)
    {
        try
        {
            await handOver(handover, cancel).ConfigureAwait(false);
        }
        finally
        {
            _isHandedOver = true;
            Wake();
        }
    }

    private void Stall()
    {
        _machine.Stall();
        _stalledAt = watch.Activity;
    }

    private void TryResume()
    {
        if (_stalledAt is int activity && watch.IsBackSince(activity))
        {
            _ = watch.IsAway;
            _machine.Resume();
        }
    }

    private TimeSpan NextStep()
    {
        var next = watch.Interval;
        if (!_machine.IsStalled)
        {
            var call = TimeSpan.FromMilliseconds(_machine.NextCallMs - link.NowMs());
            next = call > TimeSpan.Zero && call < next ? call : next;
            var look = membership.NextWatch;
            if (look != Timeout.InfiniteTimeSpan)
            {
                var pause = TimeSpan.FromMilliseconds(Math.Max(_watchAgainMs - link.NowMs(), 0));
                look = look > pause ? look : pause;
                next = look < next ? look : next;
            }
        }

        return next;
    }

    private async Task WaitAsync(TimeSpan time, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(time, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            await _changed.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // It is time.
        }
    }

    /// <summary>Makes a call; a join may take minutes, in which the reader may go away.</summary>
    private async Task CallAsync(MemberCall call, CancellationToken cancel)
    {
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var calling = membership.CallAsync(call, interrupt.Token);
        while (!calling.IsCompleted)
        {
            using var tick = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var pause = Task.Delay(watch.Interval, _clock, tick.Token);
            await Task.WhenAny(calling, pause).ConfigureAwait(false);
            await tick.CancelAsync().ConfigureAwait(false);
            if (!calling.IsCompleted && watch.IsAway)
            {
                await interrupt.CancelAsync().ConfigureAwait(false);
            }
        }

        try
        {
            await calling.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The reader went away while the coordinator kept the call: nobody waits for its answer.
            membership.Failed();
            await link.DropOwnAsync().ConfigureAwait(false);
        }
    }

    private async Task FailedAsync(Exception exception, CancellationToken cancel)
    {
        membership.Failed();
        if (exception is ConnectionFailedException or ClientTimeoutException)
        {
            link.Forget();
        }

        if (_failures++ == 0)
        {
            _failingSince = _clock.GetTimestamp();
        }

        var isPassing = exception is KafkaException { IsRetriable: true } or BrokerErrorException
        {
            // The member that has the instance's name may be a crashed one, whose session ends; a join that meets a
            // rebalance may find it over the next time.
            Code: ErrorCode.UnreleasedInstanceId or ErrorCode.RebalanceInProgress,
        };
        if (isPassing && _clock.GetElapsedTime(_failingSince) < link.Options.OperationTimeout)
        {
            var pause = Backoff.Pause(link.Options, _failures - 1);
            try
            {
                await Task.Delay(pause, _clock, cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The consumer is closed.
            }

            return;
        }

        if (!isPassing && IsToLeave(exception))
        {
            // The reader may not come back: the group is not to wait for a member that has given up.
            await LeaveAsync(cancel).ConfigureAwait(false);
        }

        Tell(exception, isPassing);
    }

    /// <summary>A static member stays, and one that was fenced is out already.</summary>
    private bool IsToLeave(Exception exception) =>
        _machine.IsKnown && _machine.Identity?.InstanceId is null && exception is not BrokerErrorException
        {
            Code: ErrorCode.FencedInstanceId or ErrorCode.FencedMemberEpoch or ErrorCode.UnknownMemberId
                or ErrorCode.UnreleasedInstanceId,
        };

    /// <summary>
    /// The reader learns what went wrong. What may pass is tried on meanwhile; else the member waits until its reader
    /// comes back for more.
    /// </summary>
    private void Tell(Exception exception, bool goesOn)
    {
        _failures = 0;
        if (!goesOn)
        {
            _stalledAt = null;
            _machine.Stall();
            Publish();
        }

        Post(exception);
    }

    private void Post(Exception exception)
    {
        turns.Post(new ReaderTurn(_ =>
        {
            _stalledAt = watch.Activity;
            return ValueTask.FromException(exception);
        }));
        coordinator.WakeReader();
    }
}
