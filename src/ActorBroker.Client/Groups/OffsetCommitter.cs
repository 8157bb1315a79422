using ActorBroker.Client.Consuming;
using ActorBroker.Client.Telemetry;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>
/// Commits in the order of the calls: one request is under way at a time, and what is called meanwhile goes with the
/// next one, the newest offset of a partition winning. So no repetition of an old commit can undo a newer one.
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
    private List<PendingCommit> _waiting = [];
    private Task _running = Task.CompletedTask;
    private bool _isRunning;

    /// <summary>Commits; the task ends when the group has stored, or refused, all of it.</summary>
    public Task CommitAsync(
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets, CancellationToken cancel)
    {
        if (offsets.Count == 0)
        {
            return Task.CompletedTask;
        }

        var pending = new PendingCommit(offsets);
        lock (_gate)
        {
            foreach (var (id, offset) in offsets)
            {
                coordinator.NoteCommitting(id, offset.Offset);
            }

            _waiting.Add(pending);
            if (!_isRunning)
            {
                _isRunning = true;
                _running = Task.Run(RunAsync, CancellationToken.None);
            }
        }

        return pending.Done.WaitAsync(cancel);
    }

    /// <summary>Waits for what was called before.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            return _running;
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            List<PendingCommit> now;
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _isRunning = false;
                    return;
                }

                now = _waiting;
                _waiting = [];
            }

            try
            {
                var outcomes = await CommitTogetherAsync(now).ConfigureAwait(false);
                now.ForEach(each => each.End(outcomes));
            }
            catch (Exception exception)
            {
                now.ForEach(each => each.Fail(exception));
            }
        }
    }

    private async Task<Dictionary<TopicPartition, KafkaException?>> CommitTogetherAsync(List<PendingCommit> pending)
    {
        var left = new Dictionary<TopicPartition, OffsetAndMetadata>();
        foreach (var (id, offset) in pending.SelectMany(each => each.Offsets))
        {
            left[id] = offset;
        }

        var outcomes = new Dictionary<TopicPartition, KafkaException?>();
        var clock = link.Options.TimeProvider;
        var startedAt = clock.GetTimestamp();
        for (var failures = 0; left.Count > 0; failures++)
        {
            if (failures > 0)
            {
                await Task.Delay(Backoff.Pause(link.Options, failures - 1), clock).ConfigureAwait(false);
            }

            var isLast = clock.GetElapsedTime(startedAt) >= link.Options.OperationTimeout;
            await AttemptAsync(left, outcomes, isLast, failures > 0).ConfigureAwait(false);
        }

        return outcomes;
    }

    /// <summary>One attempt: what is settled by it moves from what is left to the outcomes.</summary>
    private async Task AttemptAsync(
        Dictionary<TopicPartition, OffsetAndMetadata> left,
        Dictionary<TopicPartition, KafkaException?> outcomes,
        bool isLast,
        bool isRepetition)
    {
        var self = identity();
        if (self is null)
        {
            Settle(left, outcomes, _ => true, new BrokerErrorException(
                ErrorCode.UnknownMemberId, $"Committing to group '{groupId}', of which this is no member now"));
            return;
        }

        if (isRepetition && self != MemberIdentity.Nobody)
        {
            // What was given up since is another's: it may have committed more already.
            Settle(left, outcomes, id => !coordinator.IsAssigned(id), new BrokerErrorException(
                ErrorCode.IllegalGeneration, $"Committing to group '{groupId}' what was given up meanwhile"));
            if (left.Count == 0)
            {
                return;
            }
        }

        var startedAt = link.Options.TimeProvider.GetTimestamp();
        KafkaException? failure = null;
        try
        {
            var wasJoining = isJoining();
            var response = await SendAsync(left, self).ConfigureAwait(false);
            Take(response, left, outcomes, code => isLast || !IsWorthAnotherTry(code, self, wasJoining));
            if (isLast)
            {
                Settle(left, outcomes, _ => true, new ProtocolViolationException(
                    "The coordinator left partitions out of its answer."));
            }
        }
        catch (KafkaException exception)
        {
            failure = exception;
            if (!exception.IsRetriable || isLast)
            {
                Settle(left, outcomes, _ => true, exception);
            }
        }
        finally
        {
            ClientInstruments.Committed(groupId, link.Options.TimeProvider.GetElapsedTime(startedAt), failure);
        }
    }

    private async Task<OffsetCommitResponse> SendAsync(
        Dictionary<TopicPartition, OffsetAndMetadata> offsets, MemberIdentity self)
    {
        var connection = await link.SharedAsync(CancellationToken.None).ConfigureAwait(false);
        var version = connection.ChooseVersion<OffsetCommitRequest>();
        var request = new OffsetCommitRequest
        {
            GroupId = groupId,
            GroupInstanceId = version >= FirstVersionWithInstance ? self.InstanceId : null,
            Topics = [.. offsets.GroupBy(each => each.Key.Topic).Select(
                topic => new OffsetCommitRequest.OffsetCommitRequestTopic
                {
                    Name = topic.Key,
                    Partitions = [.. topic.Select(each => new OffsetCommitRequest.OffsetCommitRequestPartition
                    {
                        PartitionIndex = each.Key.Partition,
                        CommittedOffset = each.Value.Offset,
                        CommittedLeaderEpoch = each.Value.LeaderEpoch,
                        CommittedMetadata = each.Value.Metadata,
                    })],
                })],
        };
        if (version >= FirstVersionWithGeneration)
        {
            request.GenerationIdOrMemberEpoch = self.Generation;
            request.MemberId = self.MemberId;
        }

        return await connection.CallAsync<OffsetCommitRequest, OffsetCommitResponse>(request, CancellationToken.None)
            .ConfigureAwait(false);
    }

    private void Take(
        OffsetCommitResponse response,
        Dictionary<TopicPartition, OffsetAndMetadata> left,
        Dictionary<TopicPartition, KafkaException?> outcomes,
        Func<ErrorCode, bool> isFinal)
    {
        foreach (var topic in response.Topics)
        {
            foreach (var answer in topic.Partitions)
            {
                var id = new TopicPartition(topic.Name ?? "", answer.PartitionIndex);
                if (!left.TryGetValue(id, out var offset))
                {
                    continue;
                }

                if (CoordinatorLink.IsElsewhere(answer.ErrorCode))
                {
                    link.Forget();
                }

                if (answer.ErrorCode == ErrorCode.None)
                {
                    coordinator.NoteCommitted(id, offset.Offset);
                    outcomes[id] = null;
                    left.Remove(id);
                }
                else if (isFinal(answer.ErrorCode))
                {
                    outcomes[id] = new BrokerErrorException(
                        answer.ErrorCode, $"Committing {id} at {offset.Offset} to group '{groupId}'");
                    left.Remove(id);
                }
            }
        }
    }

    /// <summary>
    /// A stale epoch is replaced by the next heartbeat, and a stale generation is worth another try where there is a
    /// newer one. A rebalance ends while this member joins; before that it may wait for who commits now, and the two
    /// would wait for each other.
    /// </summary>
    private bool IsWorthAnotherTry(ErrorCode code, MemberIdentity self, bool wasJoining) => code switch
    {
        ErrorCode.StaleMemberEpoch => self != MemberIdentity.Nobody,
        ErrorCode.RebalanceInProgress => wasJoining || isJoining() || identity() != self,
        ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId =>
            self != MemberIdentity.Nobody && identity() is { } now && now != self,
        _ => code.IsRetriable(),
    };

    private static void Settle(
        Dictionary<TopicPartition, OffsetAndMetadata> left,
        Dictionary<TopicPartition, KafkaException?> outcomes,
        Func<TopicPartition, bool> which,
        KafkaException failure)
    {
        foreach (var id in left.Keys.Where(which).ToList())
        {
            outcomes[id] = failure;
            left.Remove(id);
        }
    }
}
