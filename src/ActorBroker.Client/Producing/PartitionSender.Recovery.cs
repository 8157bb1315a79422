using ActorBroker.Client.Telemetry;
using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>What a sender does once its oldest batch has failed and nothing is under way.</summary>
internal sealed partial class PartitionSender
{
    private async Task RecoverAsync(KafkaException failure, CancellationToken cancel)
    {
        var code = (failure as BrokerErrorException)?.Code ?? ErrorCode.None;
        var oldest = _window[0];
        var age = clientOptions.TimeProvider.GetElapsedTime(oldest.Batch.OpenedAt);
        if (code is ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge && oldest.Batch.Count > 1)
        {
            SplitOldest();
        }
        else if (code == ErrorCode.UnknownProducerId && age < options.DeliveryTimeout)
        {
            // The partition kept nothing of this producer, so nothing of the window can be stored there twice.
            StartEpoch();
        }
        else if (code == ErrorCode.OutOfOrderSequenceNumber && IsSafeToRenumber && age < options.DeliveryTimeout)
        {
            // The partition and this producer count differently, as after records were lost; a new epoch counts anew.
            StartEpoch();
            await PauseAsync(cancel).ConfigureAwait(false);
        }
        else if (!failure.IsRetriable || age >= options.DeliveryTimeout)
        {
            FailForGood(failure, age);
        }
        else
        {
            await PauseAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>True where none of the window's batches is stored, so that no new number can store one twice.</summary>
    private bool IsSafeToRenumber => _identity is not null && !_window.Exists(attempt => attempt.MayBeStored);

    private void SplitOldest()
    {
        var whole = _window[0].Batch;
        queue.LimitBatches(whole.SizeInBytes / 2);
        var (first, second) = whole.Split();
        var mayBeStored = _window[0].MayBeStored;
        _window[0] = new BatchAttempt(first, mayBeStored);
        _window.Insert(1, new BatchAttempt(second, mayBeStored));
        whole.Dispose();
    }

    private async Task PauseAsync(CancellationToken cancel)
    {
        ClientInstruments.Retried(queue.Topic);
        var isKnown = target.ForgetLeader(queue.Topic, queue.Partition, _route);
        _route = null;
        if (isKnown && _failuresInRow == 0)
        {
            // Whoever refused has said who leads.
            _failuresInRow = 1;
            return;
        }

        var pause = Backoff.Pause(clientOptions, _failuresInRow++);
        await Task.Delay(pause, clientOptions.TimeProvider, cancel).ConfigureAwait(false);
    }

    private void FailForGood(KafkaException failure, TimeSpan age)
    {
        var reason = failure.IsRetriable
            ? new ClientTimeoutException($"The record was not acknowledged within {age}: {failure.Message}", failure)
            : failure;
        var first = _window[0];
        foreach (var attempt in _window)
        {
            if (attempt == first || attempt.MayBeStored)
            {
                Settle(attempt.Batch, -1, reason);
            }
        }

        _window.RemoveAll(attempt => attempt == first || attempt.MayBeStored);
        if (failure.IsRetriable)
        {
            FailOverdue(reason);
        }

        _failuresInRow = 0;
        StartEpoch();
    }

    /// <summary>What waited as long as the batch that has just failed would only fail after it, one by one.</summary>
    private void FailOverdue(KafkaException reason)
    {
        while (_window.Count > 0
            && clientOptions.TimeProvider.GetElapsedTime(_window[0].Batch.OpenedAt) >= options.DeliveryTimeout)
        {
            Settle(_window[0].Batch, -1, reason);
            _window.RemoveAt(0);
        }

        while (_window.Count == 0 && queue.TryTakeOlderThan(options.DeliveryTimeout, out var overdue))
        {
            Settle(overdue, -1, reason);
        }
    }

    /// <summary>Numbers what is to be sent from 0 again, in an epoch that no earlier attempt has used.</summary>
    private void StartEpoch()
    {
        foreach (var attempt in _window)
        {
            attempt.Batch.BaseSequence = -1;
        }

        _nextSequence = 0;
        _isEpochKnown = false;
        if (_identity is not { } identity)
        {
            return;
        }

        // The brokers keep epochs by partition, so a partition may raise its own; 32,767 times, then a new id is due.
        _identity = identity.Epoch < short.MaxValue ? identity with { Epoch = (short)(identity.Epoch + 1) } : null;
        _wornOutId = _identity is null ? identity.Id : null;
    }
}
