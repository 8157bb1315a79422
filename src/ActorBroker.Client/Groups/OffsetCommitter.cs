using ActorBroker.Client.Consuming;
using ActorBroker.Client.Telemetry;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>
/// Commits in the order of the calls: one request is under way at a time, and what is called meanwhile goes with the
/// next one, the newest offset of a partition winning. So no repetition of an old commit can undo a newer one, and a
/// partition that has to be repeated keeps no other waiting.
/// </summary>
/// <param name="link">The way to the coordinator.</param>
/// <param name="coordinator">Knows which partitions are this member's.</param>
/// <param name="groupId">The group.</param>
/// <param name="identity">As whom to commit now; null while this is no member.</param>
/// <param name="isJoining">True while the member joins: then a rebalance under way ends without the caller.</param>
internal sealed class OffsetCommitter(
    CoordinatorLink link,
    FetchCoordinator coordinator,
    string groupId,
    Func<MemberIdentity?> identity,
    Func<bool> isJoining)
{
    private const short FirstVersionWithGeneration = 1;
    private const short FirstVersionWithInstance = 7;

    private readonly Lock _gate = new();

    // What was called for and is not in the loop's hands yet, in the order of the calls.
    private List<PendingOffset> _waiting = [];

    // What the loop repeats until it is settled. The loop's own.
    private readonly Dictionary<TopicPartition, PendingOffset> _left = [];
    private CancellationTokenSource? _abandoning;
    private Task _running = Task.CompletedTask;
    private bool _isRunning;

    private TimeProvider Clock => link.Options.TimeProvider;

    /// <summary>Commits; the task ends when the group has stored, or refused, all of it.</summary>
    public Task CommitAsync(
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets, CancellationToken cancel)
    {
        if (offsets.Count == 0)
        {
            return Task.CompletedTask;
        }

        var pending = new PendingCommit(offsets.Count, Clock.GetTimestamp());
        var isMember = identity() != MemberIdentity.Nobody;
        lock (_gate)
        {
            foreach (var (id, offset) in offsets)
            {
                var owner = coordinator.NoteCommitting(id, offset.Offset);
                _waiting.Add(new PendingOffset(id, offset, isMember ? owner : null, [pending]));
            }

            if (!_isRunning)
            {
                _isRunning = true;
                _running = Task.Run(RunAsync, CancellationToken.None);
            }
        }

        return pending.Done.WaitAsync(cancel);
    }

    /// <summary>Waits until everything that was called for is settled.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            return _running;
        }
    }

    /// <summary>Gives up what is not settled yet: its calls fail.</summary>
    public async Task AbandonAsync()
    {
        CancellationTokenSource? abandoning;
        lock (_gate)
        {
            abandoning = _isRunning ? _abandoning : null;
        }

        try
        {
            await (abandoning?.CancelAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // All of it was settled just now.
        }
    }

    private async Task RunAsync()
    {
        var isToGoOn = true;
        while (isToGoOn)
        {
            using var abandoning = new CancellationTokenSource();
            lock (_gate)
            {
                _abandoning = abandoning;
            }

            isToGoOn = await RunUntilAbandonedAsync(abandoning.Token).ConfigureAwait(false);
        }
    }

    /// <summary>True where it was abandoned: what is called for after that begins anew.</summary>
    private async Task<bool> RunUntilAbandonedAsync(CancellationToken cancel)
    {
        var failures = 0;
        while (TryTakeWaiting())
        {
            try
            {
                if (failures > 0)
                {
                    await Task.Delay(Backoff.Pause(link.Options, failures - 1), Clock, cancel).ConfigureAwait(false);
                    TryTakeWaiting();
                }

                await AttemptAsync(cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                Settle(_ => true, new ClientTimeoutException($"Committing to group '{groupId}' took too long."));
                return true;
            }
            catch (Exception exception)
            {
                Settle(_ => true, exception);
            }

            failures = _left.Count > 0 ? failures + 1 : 0;
        }

        return false;
    }

    /// <summary>Takes what was called for meanwhile; false where nothing is to be done.</summary>
    private bool TryTakeWaiting()
    {
        List<PendingOffset> now;
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _isRunning = _left.Count > 0;
                return _isRunning;
            }

            now = _waiting;
            _waiting = [];
        }

        foreach (var each in now)
        {
            if (_left.TryGetValue(each.Id, out var older))
            {
                // Who waits for the older offset gets to know what becomes of the newer one.
                each.Waiting.AddRange(older.Waiting);
            }

            _left[each.Id] = each;
        }

        return true;
    }

    /// <summary>One attempt: what is settled by it is left no more.</summary>
    private async Task AttemptAsync(CancellationToken cancel)
    {
        Settle(each => each.Owner is { } owner && !coordinator.IsAssigned(owner), new BrokerErrorException(
            ErrorCode.IllegalGeneration, $"Committing to group '{groupId}' what was given up meanwhile"));
        var self = identity();
        if (self is null)
        {
            Settle(_ => true, new BrokerErrorException(
                ErrorCode.UnknownMemberId, $"Committing to group '{groupId}', of which this is no member now"));
        }

        if (self is null || _left.Count == 0)
        {
            return;
        }

        var startedAt = Clock.GetTimestamp();
        KafkaException? failure = null;
        try
        {
            var wasJoining = isJoining();
            var response = await SendAsync(_left.Values, self, cancel).ConfigureAwait(false);
            Take(response, code => IsWorthAnotherTry(code, self, wasJoining));
        }
        catch (KafkaException exception)
        {
            failure = exception;
            if (exception.IsRetriable)
            {
                SettleOverdue(_ => exception);
            }
            else
            {
                Settle(_ => true, exception);
            }
        }
        finally
        {
            ClientInstruments.Committed(groupId, Clock.GetElapsedTime(startedAt), failure);
        }
    }

    private async Task<OffsetCommitResponse> SendAsync(
        IReadOnlyCollection<PendingOffset> offsets, MemberIdentity self, CancellationToken cancel)
    {
        var connection = await link.SharedAsync(cancel).ConfigureAwait(false);
        var version = connection.ChooseVersion<OffsetCommitRequest>();
        var request = new OffsetCommitRequest
        {
            GroupId = groupId,
            GroupInstanceId = version >= FirstVersionWithInstance ? self.InstanceId : null,
            Topics = [.. offsets.GroupBy(each => each.Id.Topic).Select(
                topic => new OffsetCommitRequest.OffsetCommitRequestTopic
                {
                    Name = topic.Key,
                    Partitions = [.. topic.Select(each => new OffsetCommitRequest.OffsetCommitRequestPartition
                    {
                        PartitionIndex = each.Id.Partition,
                        CommittedOffset = each.Offset.Offset,
                        CommittedLeaderEpoch = each.Offset.LeaderEpoch,
                        CommittedMetadata = each.Offset.Metadata,
                    })],
                })],
        };
        if (version >= FirstVersionWithGeneration)
        {
            request.GenerationIdOrMemberEpoch = self.Generation;
            request.MemberId = self.MemberId;
        }

        var call = connection.CallAsync<OffsetCommitRequest, OffsetCommitResponse>(request, cancel);
        return await link.AnswerAsync(connection, call, cancel).ConfigureAwait(false);
    }

    private void Take(OffsetCommitResponse response, Func<ErrorCode, bool> isWorthAnotherTry)
    {
        var refused = new Dictionary<TopicPartition, KafkaException>();
        foreach (var topic in response.Topics)
        {
            foreach (var answer in topic.Partitions)
            {
                var id = new TopicPartition(topic.Name ?? "", answer.PartitionIndex);
                if (!_left.TryGetValue(id, out var pending))
                {
                    continue;
                }

                if (CoordinatorLink.IsElsewhere(answer.ErrorCode))
                {
                    link.Forget();
                }

                var offset = pending.Offset.Offset;
                if (answer.ErrorCode == ErrorCode.None)
                {
                    coordinator.NoteCommitted(id, offset);
                    Settle(pending, null);
                    continue;
                }

                var failure = new BrokerErrorException(
                    answer.ErrorCode, $"Committing {id} at {offset} to group '{groupId}'");
                if (isWorthAnotherTry(answer.ErrorCode))
                {
                    refused[id] = failure;
                }
                else
                {
                    Settle(pending, failure);
                }
            }
        }

        SettleOverdue(id => refused.GetValueOrDefault(id)
            ?? new ProtocolViolationException("The coordinator left partitions out of its answer."));
    }

    /// <summary>
    /// A stale epoch is replaced by the next heartbeat, and a stale generation is worth another try where there is a
    /// newer one. A rebalance ends while this member joins; before that it may wait for who commits now, and the two
    /// would wait for each other. A partition that the broker does not know is gone.
    /// </summary>
    private bool IsWorthAnotherTry(ErrorCode code, MemberIdentity self, bool wasJoining) => code switch
    {
        ErrorCode.StaleMemberEpoch => self != MemberIdentity.Nobody,
        ErrorCode.RebalanceInProgress => wasJoining || isJoining() || identity() != self,
        ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId =>
            self != MemberIdentity.Nobody && identity() is { } now && now != self,
        ErrorCode.UnknownTopicOrPartition => false,
        _ => code.IsRetriable(),
    };

    /// <summary>Calls that have waited for the operation's time get to know why; others wait on.</summary>
    private void SettleOverdue(Func<TopicPartition, KafkaException> failure)
    {
        foreach (var each in _left.Values.ToList())
        {
            foreach (var call in each.Waiting.Where(IsOverdue).ToList())
            {
                each.Waiting.Remove(call);
                call.Settle(failure(each.Id));
            }

            if (each.Waiting.Count == 0)
            {
                _left.Remove(each.Id);
            }
        }
    }

    private bool IsOverdue(PendingCommit call) =>
        Clock.GetElapsedTime(call.CalledAt) >= link.Options.OperationTimeout;

    private void Settle(Func<PendingOffset, bool> which, Exception failure)
    {
        foreach (var each in _left.Values.Where(which).ToList())
        {
            Settle(each, failure);
        }
    }

    private void Settle(PendingOffset pending, Exception? failure)
    {
        _left.Remove(pending.Id);
        pending.Waiting.ForEach(each => each.Settle(failure));
    }
}
