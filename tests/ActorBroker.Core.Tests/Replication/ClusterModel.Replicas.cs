using ActorBroker.Core.Producers;
using ActorBroker.Core.Replication;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Replication;

// What the shells of the machines do.
internal sealed partial class ClusterModel
{
    /// <summary>The catalogue's feed, up to the entry.</summary>
    private void Learn(Node node, int entry)
    {
        if (entry <= node.Feed || entry >= _catalogue.Count)
        {
            return;
        }

        (node.Version, node.State) = _catalogue[entry];
        node.Feed = entry;
        var state = node.State;
        if (!state.Replicas.Contains(node.Id))
        {
            Leave(node);
        }
        else if (state.Leader != node.Id)
        {
            Follow(node);
        }
        else if (node.Leader?.LeaderEpoch == state.LeaderEpoch)
        {
            node.Leader.Update(node.Version, state, _nowMs);
            CheckLeader(node);
        }
        else if (node.Follower is null || node.Follower.LeaderEpoch <= state.LeaderEpoch)
        {
            Lead(node);
        }
    }

    /// <summary>
    /// It is no replica any more. Before it removes anything it stops to answer, and then reads the catalogue itself:
    /// it may be one again by now, and a leader may rely on what it has answered since.
    /// </summary>
    private void Leave(Node node)
    {
        node.HighWatermark = node.CurrentHighWatermark;
        node.Leader = null;
        node.Follower = null;
        if (Truth.State.Replicas.Contains(node.Id))
        {
            Learn(node, _catalogue.Count - 1);
            return;
        }

        node.Log = new MemoryLog();
        node.HighWatermark = 0;
        _lossy.Remove(node.Id);
        _unclean.Remove(node.Id);
    }

    private void Follow(Node node)
    {
        if (node.Follower is null)
        {
            node.Log.DropEmptyEpochs();
            node.Follower = new FollowerMachine(new FollowerStart
            {
                LeaderEpoch = node.State.LeaderEpoch,
                LogEndOffset = node.Log.LogEndOffset,
                HighWatermark = node.CurrentHighWatermark,
                Producers = new ProducerTable(),
            });
            node.Leader = null;
        }

        node.Follower.Follow(node.State.LeaderEpoch);
    }

    private void Lead(Node node)
    {
        node.Leader = new LeaderMachine(
            new LeaderStart
            {
                BrokerId = node.Id,
                BrokerEpoch = node.Epoch,
                LogEndOffset = node.Log.LogEndOffset,
                HighWatermark = node.CurrentHighWatermark,
                State = node.State,
                CatalogueVersion = node.Version,
                MinInsyncReplicas = _minInSync,
                Producers = new ProducerTable(),
            },
            _nowMs);
        node.Follower = null;
        node.Log.Assign(node.State.LeaderEpoch);
        CheckLeader(node);
    }

    private void SendAll(Node node)
    {
        for (var id = 1; id <= _nodes.Length; id++)
        {
            Send(node, id, withNews: true);
        }
    }

    private void Send(Node node, int followerId, bool withNews)
    {
        if (node.Leader is not { } leader)
        {
            return;
        }

        var isDue = leader.TryPlan(
            followerId, node.Log, node.Log.LogStartOffset, _nowMs, withNews, out var planned);
        if (withNews && node.Log.LogStartOffset < leader.LogEndOffset)
        {
            Assert.Equal(
                planned is { MaxBytes: 0 }, leader.HasNews(followerId, node.Log.LogStartOffset, _nowMs));
        }

        if (!isDue)
        {
            return;
        }

        var plan = planned!.Value;
        var maxBytes = Math.Min(plan.MaxBytes, RecordBatchHeader.Size * _random.Next(1, 5));
        var (records, endOffset) = node.Log.Read(plan.From, maxBytes);
        leader.Sent(in plan, endOffset, records.Length, node.Log.LogStartOffset);
        _network.Add(new Message(node, leader, plan, records.Length, _nodes[followerId - 1], new ReplicaAppend
        {
            TopicId = Guid.Empty,
            Partition = 0,
            LeaderId = node.Id,
            LeaderEpoch = leader.LeaderEpoch,
            LeaderEpochStartOffset = leader.LeaderEpochStartOffset,
            PreviousEpoch = plan.PreviousEpoch,
            PreviousOffset = plan.From,
            HighWatermark = leader.HighWatermark,
            LogStartOffset = node.Log.LogStartOffset,
            StartsAnew = plan.StartsAnew,
            Records = records,
        }));
    }

    private void Deliver(int index)
    {
        var message = _network[index];
        var fate = _healed ? 10 : _random.Next(20);
        _network.RemoveAt(index);
        if (message.Answer is not { } answer)
        {
            var taken = fate == 1 ? ReplicaAppendResult.Of(ReplicaAppendStatus.Lost) : Take(message.To, message.Append);
            if (!message.IsRepeat)
            {
                _network.Add(message with { Answer = taken });
            }

            if (fate == 0)
            {
                _network.Add(message with { IsRepeat = true });
            }

            return;
        }

        if (message.From.Phase == Phase.Paused)
        {
            // It hears of it when it goes on.
            _pending.Add(() => _network.Add(message));
        }
        else if (message.From.Leader == message.Leader)
        {
            message.Leader.Answered(
                message.Plan,
                message.Bytes,
                fate == 1 ? ReplicaAppendResult.Of(ReplicaAppendStatus.Lost) : answer,
                message.From.Log,
                _nowMs);
            CheckLeader(message.From);
        }
    }

    private ReplicaAppendResult Take(Node node, ReplicaAppend append)
    {
        if (node.Phase != Phase.Running)
        {
            return ReplicaAppendResult.Of(ReplicaAppendStatus.Lost);
        }

        if (node.Follower is not { } follower)
        {
            return ReplicaAppendResult.Of(ReplicaAppendStatus.Unready);
        }

        var highWatermark = follower.HighWatermark;
        var decision = follower.Decide(in append, node.Log, node.Log.LogStartOffset);
        if (decision.Refusal is { } refusal)
        {
            return refusal with { BrokerEpoch = node.Epoch };
        }

        if (decision.StartAt >= 0)
        {
            node.Log.StartAnew(decision.StartAt, decision.StartEpoch);
            follower.StartedAnew(decision.StartAt);
        }
        else if (decision.TruncateTo >= 0)
        {
            follower.Cut(node.Log.TruncateTo(decision.TruncateTo));
        }

        var records = append.Records.Span;
        for (var at = decision.FirstNewByte; at < records.Length;)
        {
            Assert.True(RecordBatchHeader.TryRead(records[at..], out var batch));
            Store(node, in batch);
            follower.Written(in batch, _nowMs);
            at += batch.SizeInBytes;
        }

        follower.Committed(append.HighWatermark, decision.EndOffset);
        node.Log.AdvanceStart(follower.LogStart(append.LogStartOffset));
        CheckFollower(node, highWatermark);
        return new ReplicaAppendResult
        {
            Status = ReplicaAppendStatus.Appended,
            Epoch = -1,
            EndOffset = decision.EndOffset,
            BrokerEpoch = node.Epoch,
        };
    }
}
