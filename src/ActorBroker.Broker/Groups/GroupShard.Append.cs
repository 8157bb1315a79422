using ActorBroker.Broker.Partitions;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups;

// What is decided goes to the log, and what is stored goes out.
internal sealed partial class GroupShard
{
    /// <summary>Batches on their way; while there are so many, further records gather for the next.</summary>
    private const int InFlightMax = 8;

    private readonly Queue<GroupGather> _sealed = new();
    private readonly Queue<GroupGather> _inFlight = new();
    private readonly Stack<GroupGather> _spare = new();
    private readonly HashSet<GroupRequest> _parked = [];
    private GroupGather _current;
    private GroupGather? _newest;
    private int _recordsTaken;
    private int _repliesTaken;
    private int _unreleased;

    // An append failed and is not settled yet: what was decided after it rests on it, and is not stored any more.
    private bool _hasFailed;

    /// <summary>
    /// Takes what the machine said since the last call. Called after each request, so that a batch ends only between
    /// two of them.
    /// </summary>
    private void Collect()
    {
        var turn = _turn!;
        for (; _recordsTaken < turn.Records.Count; _recordsTaken++)
        {
            _current.Add(turn.Records[_recordsTaken], turn.Now.UnixMs);
        }

        for (; _repliesTaken < turn.Replies.Count; _repliesTaken++)
        {
            var reply = turn.Replies[_repliesTaken];
            _current.Replies.Add(reply);
            _unreleased++;
            if (_parked.Count > 0 && reply is IFailingReply { Request: var request })
            {
                _parked.Remove(request);
            }
        }

        var config = Partition.Config;
        if (_current.SizeInBytes >= Math.Min(config.MaxMessageBytes, config.SegmentBytes) / 2)
        {
            Seal();
        }
    }

    private void Seal()
    {
        _sealed.Enqueue(_current);
        _newest = _current;
        _current = NewGather();
    }

    private GroupGather NewGather() => _spare.TryPop(out var spare) ? spare : new GroupGather();

    /// <summary>Sends what may be sent, and releases what waits for nothing.</summary>
    private void Dispatch()
    {
        do
        {
            if (_current.HasRecords && _inFlight.Count + _sealed.Count < InFlightMax)
            {
                Seal();
            }

            while (!_hasFailed && _inFlight.Count < InFlightMax && _sealed.TryPeek(out var gather))
            {
                var batch = gather.Build(_context.BatchOptions);
                _sealed.Dequeue();
                Send(gather, batch);
            }
        }
        while (Settle());

        if (_current.HasRecords || _current.Replies.Count == 0)
        {
            return;
        }

        // Nothing new was decided; what is told may rest on what is still on its way.
        if (_newest is { } newest)
        {
            newest.Replies.AddRange(_current.Replies);
            _current.Replies.Clear();
        }
        else
        {
            Release(_current);
        }
    }

    private void Send(GroupGather gather, Memory<byte> batch)
    {
        _inFlight.Enqueue(gather);
        var answer = Partition.ProduceAsync(new ProduceCommand(
            batch, Acks: -1, _context.CommitTimeoutMs, IsInternal: true, Incarnation: _incarnation));
        if (answer.IsCompletedSuccessfully)
        {
            Note(gather, answer.Result);
        }
        else
        {
            _ = FollowAsync(gather, answer);
        }
    }

    private async Task FollowAsync(GroupGather gather, ValueTask<ProduceResult> answer)
    {
        var outcome = await answer.ConfigureAwait(false);
        PostControl(new GroupCommand(shard =>
        {
            shard.Note(gather, outcome);
            shard.Settle();
        }));
    }

    private void Note(GroupGather gather, ProduceResult outcome)
    {
        gather.Outcome = outcome;
        _hasFailed |= outcome.Error != ErrorCode.None;
    }

    /// <summary>
    /// Releases the replies of the batches that are committed, in order; true when a place became free.
    /// </summary>
    private bool Settle()
    {
        var settled = false;
        while (_inFlight.TryPeek(out var gather) && gather.Outcome is { } outcome)
        {
            _inFlight.Dequeue();
            settled = true;
            if (_newest == gather)
            {
                _newest = null;
            }

            if (outcome.Error == ErrorCode.None)
            {
                _restMs = FirstRestMs;
                _isFailing = false;
                Release(gather);
            }
            else
            {
                OnAppendFailed(gather, outcome.Error);
            }

            Recycle(gather);
        }

        if (_inFlight.Count == 0 && _phase == Phase.Draining)
        {
            Rest();
        }
        else if (_phase == Phase.Ending && _inFlight.Count + _sealed.Count == 0 && !_current.HasRecords)
        {
            Release(_current);
            _phase = Phase.Ended;
            _ended.TrySetResult();
        }

        return settled;
    }

    private void OnAppendFailed(GroupGather gather, ErrorCode error)
    {
        if (_machine is not null && !_isFailing)
        {
            _isFailing = true;
            GroupLogs.AppendFailed(_context.Logger, Partition.Name, error);
        }

        // What is too large to be stored will be so the next time; anything else is worth another try.
        Fail(gather, error is ErrorCode.RecordListTooLarge or ErrorCode.MessageTooLarge or ErrorCode.InvalidRecord
            ? ErrorCode.UnknownServerError
            : ErrorCode.CoordinatorNotAvailable);
        if (_phase == Phase.Ending)
        {
            FailAll(ErrorCode.CoordinatorNotAvailable);
        }

        Drop(ErrorCode.CoordinatorNotAvailable);
    }

    private void Release(GroupGather gather)
    {
        foreach (var reply in gather.Replies)
        {
            reply.Release();
        }

        _unreleased -= gather.Replies.Count;
        gather.Replies.Clear();
    }

    private void Fail(GroupGather gather, ErrorCode error)
    {
        foreach (var reply in gather.Replies)
        {
            ((IFailingReply)reply).Fail(error);
        }

        _unreleased -= gather.Replies.Count;
        gather.Replies.Clear();
    }

    /// <summary>Tells everybody who waits; appends under way come back later, and find nobody.</summary>
    private void FailAll(ErrorCode error)
    {
        foreach (var gather in _inFlight)
        {
            Fail(gather, error);
        }

        while (_sealed.TryDequeue(out var gather))
        {
            Fail(gather, error);
            Recycle(gather);
        }

        Fail(_current, error);
        Recycle(_current);
        _current = NewGather();
        _newest = null;
        foreach (var request in _parked)
        {
            request.Refuse(error);
        }

        _parked.Clear();

        // What the machine said last was not collected yet.
        var turn = _turn!;
        for (; _repliesTaken < turn.Replies.Count; _repliesTaken++)
        {
            ((IFailingReply)turn.Replies[_repliesTaken]).Fail(error);
        }

        _recordsTaken = turn.Records.Count;
    }

    private void Recycle(GroupGather gather)
    {
        gather.Clear();
        if (_spare.Count < InFlightMax && !gather.IsLarge)
        {
            _spare.Push(gather);
        }
        else
        {
            gather.Dispose();
        }
    }
}
