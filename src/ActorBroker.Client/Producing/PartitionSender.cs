using ActorBroker.Client.Telemetry;
using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>
/// Sends one partition's batches in order: a window of them is under way, the oldest is settled first, and a failure
/// drains the window before anything is sent again, so order survives every retry.
/// </summary>
/// <remarks>
/// <para>Oldest stored: it is complete, the window moves on. Oldest failed: the rest of the window is awaited, and what
/// was not stored is sent again after a pause, in order, with the same sequence numbers. A final failure fails the
/// oldest, and those behind it of which nobody knows whether they are stored; the others are numbered anew from 0 in
/// the producer's next epoch, which also shuts out what may still be on its way in the old one (KIP-360).</para>
/// <para>One loop owns everything here; only the <see cref="BatchQueue"/> is shared.</para>
/// </remarks>
/// <param name="queue">The partition's batches.</param>
/// <param name="target">The cluster.</param>
/// <param name="options">The producer's options.</param>
/// <param name="clientOptions">The client's options.</param>
/// <param name="settled">Told once of each batch that was delivered (null) or has failed for good.</param>
internal sealed partial class PartitionSender(
    BatchQueue queue,
    IProduceTarget target,
    ProducerOptions options,
    ClientOptions clientOptions,
    Action<ProduceBatch, KafkaException?> settled)
{
    // Without sequence numbers a repeated batch could land behind its successor, so only one is under way.
    private readonly int _windowMax = options.Idempotent ? options.InFlightPerPartition : 1;
    private readonly List<BatchAttempt> _window = [];
    private IProduceRoute? _route;
    private ProducerIdentity? _identity;
    private long? _wornOutId;
    private int _nextSequence;
    private bool _isEpochKnown;
    private int _failuresInRow;

    /// <summary>How many batches may be under way now.</summary>
    /// <remarks>
    /// A partition takes the first batch of a producer that it does not know at any sequence. Two under way, the second
    /// could be that one, where the first is refused: so the first goes alone.
    /// </remarks>
    private int Window => options.Idempotent && !_isEpochKnown ? 1 : _windowMax;

    /// <summary>Runs until the queue is completed and drained, or until cancelled: then what is left fails.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                var changed = queue.Changed;
                TakeReady();
                if (_window.Count > 0)
                {
                    await AdvanceAsync(changed, cancel).ConfigureAwait(false);
                }
                else if (queue.IsDrained)
                {
                    return;
                }
                else
                {
                    await changed.WaitAsync(cancel).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            FailAll(new KafkaException("The producer was closed before the record was acknowledged."));
        }
        catch (Exception exception)
        {
            FailAll(new KafkaException($"The producer has failed: {exception.Message}", exception));
            throw;
        }
    }

    private async Task AdvanceAsync(Task changed, CancellationToken cancel)
    {
        var failure = await SendWaitingAsync(cancel).ConfigureAwait(false);
        if (failure is null)
        {
            var oldest = _window[0].Outcome!;
            Task wake = _window.Count < Window ? Task.WhenAny(oldest, changed) : oldest;
            await wake.WaitAsync(cancel).ConfigureAwait(false);
            failure = await SettleAsync().ConfigureAwait(false);
        }

        if (failure is not null)
        {
            await RecoverAsync(failure, cancel).ConfigureAwait(false);
        }
    }

    private void TakeReady()
    {
        while (_window.Count < Window && queue.TryTake(out var batch))
        {
            _window.Add(new BatchAttempt(batch));
        }
    }

    /// <summary>Sends what is not under way; a failure means that there is no leader to send to now.</summary>
    private async Task<KafkaException?> SendWaitingAsync(CancellationToken cancel)
    {
        var nothingUnderWay = _window[0].Outcome is null;
        if (nothingUnderWay)
        {
            var failure = await PrepareAsync(cancel).ConfigureAwait(false);
            if (failure is not null)
            {
                return failure;
            }
        }

        // A lost connection fails what is under way on it; only then, in order again, is another one looked for.
        if (_route is not { IsOpen: true } && !nothingUnderWay)
        {
            return null;
        }

        // A split batch can make the window longer than what may be under way.
        foreach (var attempt in _window.Take(Window))
        {
            if (attempt.Outcome is null)
            {
                attempt.Started(Send(attempt.Batch, cancel));
            }
        }

        return null;
    }

    /// <summary>Sees to a leader and an identity. Called only when nothing is under way.</summary>
    private async Task<KafkaException?> PrepareAsync(CancellationToken cancel)
    {
        try
        {
            if (_route is not { IsOpen: true })
            {
                _route = await target.FindLeaderAsync(queue.Topic, queue.Partition, cancel).ConfigureAwait(false);
            }

            if (options.Idempotent && _identity is null)
            {
                _identity = await target.IdentityAsync(_wornOutId, cancel).ConfigureAwait(false);
                _nextSequence = 0;
                _isEpochKnown = false;
            }

            return null;
        }
        catch (KafkaException exception)
        {
            return exception;
        }
        catch (Exception exception) when (exception is not OperationCanceledException
            || !cancel.IsCancellationRequested)
        {
            return Unexpected(exception);
        }
    }

    private Task<ProduceOutcome> Send(ProduceBatch batch, CancellationToken cancel)
    {
        if (_identity is not null && batch.BaseSequence < 0)
        {
            batch.BaseSequence = _nextSequence;
            _nextSequence = RecordBatchHeader.IncrementSequence(_nextSequence, batch.Count);
        }

        try
        {
            var sealedBatch = batch.Seal(options.Compression);
            var header = sealedBatch.WriteHeader(_identity, batch.BaseSequence);
            return _route!.SendAsync(batch, header, sealedBatch.Records, cancel);
        }
        catch (Exception exception)
        {
            return Task.FromResult(ProduceOutcome.Failed(Unexpected(exception)));
        }
    }

    /// <summary>Fails one batch, and not the partition's sender with all that are still to come.</summary>
    private KafkaException Unexpected(Exception exception) => exception as KafkaException
        ?? new KafkaException($"Producing to {queue.Topic}-{queue.Partition}: {exception.Message}", exception);

    /// <summary>Completes the stored batches at the front; a failure means that the window is drained.</summary>
    private async Task<KafkaException?> SettleAsync()
    {
        while (_window.Count > 0 && _window[0].Outcome is { IsCompleted: true } finished)
        {
            var outcome = await finished.ConfigureAwait(false);
            if (!IsStored(outcome))
            {
                await DrainAsync().ConfigureAwait(false);
                return outcome.Failure;
            }

            _failuresInRow = 0;
            _isEpochKnown = true;
            Settle(_window[0].Batch, outcome.BaseOffset, null);
            _window.RemoveAt(0);
        }

        return null;
    }

    /// <summary>Awaits everything under way; what is stored leaves the window, the rest is to be sent again.</summary>
    private async Task DrainAsync()
    {
        for (var i = 0; i < _window.Count;)
        {
            var attempt = _window[i];
            var outcome = attempt.Outcome is null ? default : await attempt.Outcome.ConfigureAwait(false);
            if (attempt.Outcome is not null && IsStored(outcome))
            {
                Settle(attempt.Batch, outcome.BaseOffset, null);
                _window.RemoveAt(i);
                continue;
            }

            if (attempt.Outcome is not null)
            {
                attempt.Failed(outcome);
            }

            i++;
        }
    }

    private void FailAll(KafkaException reason)
    {
        queue.Complete();
        while (queue.TryTake(out var batch))
        {
            _window.Add(new BatchAttempt(batch));
        }

        foreach (var attempt in _window)
        {
            Settle(attempt.Batch, -1, reason);
        }

        _window.Clear();
    }

    private void Settle(ProduceBatch batch, long baseOffset, KafkaException? failure)
    {
        var elapsed = clientOptions.TimeProvider.GetElapsedTime(batch.OpenedAt);
        ClientInstruments.Sent(queue.Topic, queue.Partition, batch.Count, elapsed, failure);

        // Told first: whoever waits for the batch and then asks for failures must find this one.
        settled(batch, failure);
        if (failure is null)
        {
            batch.Succeed(baseOffset);
        }
        else
        {
            batch.Fail(failure);
        }

        batch.Dispose();
    }

    /// <summary>A duplicate is an earlier attempt that did arrive, and whose answer was lost.</summary>
    private static bool IsStored(in ProduceOutcome outcome) =>
        outcome.IsStored || outcome.Code == ErrorCode.DuplicateSequenceNumber;
}
