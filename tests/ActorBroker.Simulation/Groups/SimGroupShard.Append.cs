using ActorBroker.Records;
using ActorBroker.Simulation.Cluster;

namespace ActorBroker.Simulation.Groups;

// What is decided goes to the log, and what is stored goes out.
internal sealed partial class SimGroupShard
{
    private const int InFlightMax = 8;
    private const int CommitPatienceUs = 500_000;

    private readonly Queue<GroupGather> _sealed = new();
    private readonly Queue<GroupGather> _inFlight = new();
    private GroupGather _current = new();
    private GroupGather? _newest;
    private int _recordsTaken;
    private int _repliesTaken;

    // An append failed and is not settled yet: what was decided after it rests on it, and is not stored any more.
    private bool _hasFailed;

    /// <summary>Takes what the machine said since the last call; a batch ends only between two requests.</summary>
    private void Collect()
    {
        var turn = _turn!;
        for (; _recordsTaken < turn.Records.Count; _recordsTaken++)
        {
            _current.Add(turn.Records[_recordsTaken], turn.Now.UnixMs);
        }

        for (; _repliesTaken < turn.Replies.Count; _repliesTaken++)
        {
            _current.Replies.Add(turn.Replies[_repliesTaken]);
        }

        if (_current.SizeInBytes >= Replica.ConfigInForce.SegmentBytes / 2)
        {
            Seal();
        }
    }

    private void Seal()
    {
        _sealed.Enqueue(_current);
        _newest = _current;
        _current = new GroupGather();
    }

    /// <summary>Sends what may be sent, and releases what waits for nothing.</summary>
    private void Dispatch()
    {
        do
        {
            if (_current.HasRecords && _inFlight.Count + _sealed.Count < InFlightMax)
            {
                Seal();
            }

            while (!_hasFailed && _inFlight.Count < InFlightMax && _sealed.TryDequeue(out var gather))
            {
                Send(gather);
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

    private void Send(GroupGather gather)
    {
        _inFlight.Enqueue(gather);
        void End(ErrorCode error) => Post(() =>
        {
            if (gather.Outcome is null)
            {
                gather.Outcome = error;
                _hasFailed |= error != ErrorCode.None;
                Settle();
            }
        });

        Replica.Post(new ProduceCall(gather.Build(), acks: -1, (error, _) => End(error))
        {
            Incarnation = _incarnation,
        });
        _broker.After(CommitPatienceUs, () =>
        {
            if (gather.Outcome is null)
            {
                End(ErrorCode.RequestTimedOut);
            }
        });
    }

    /// <summary>Releases the replies of the batches that are committed, in order; true when a place is free.</summary>
    private bool Settle()
    {
        var settled = false;
        while (_inFlight.TryPeek(out var gather) && gather.Outcome is { } error)
        {
            _inFlight.Dequeue();
            settled = true;
            if (_newest == gather)
            {
                _newest = null;
            }

            if (error == ErrorCode.None)
            {
                (_restMs, _isFailing) = (FirstRestMs, false);
                Release(gather);
            }
            else
            {
                OnAppendFailed(gather, error);
            }
        }

        if (_inFlight.Count == 0 && _phase == Phase.Draining)
        {
            Rest();
        }
        else if (_phase == Phase.Ending && _inFlight.Count + _sealed.Count == 0 && !_current.HasRecords)
        {
            Release(_current);
        }

        return settled;
    }

    private void OnAppendFailed(GroupGather gather, ErrorCode error)
    {
        Say($"can't store what was decided: {error}");
        _isFailing |= _machine is not null;
        Fail(gather, ErrorCode.CoordinatorNotAvailable);
        if (_phase == Phase.Ending)
        {
            FailAll(ErrorCode.CoordinatorNotAvailable);
        }

        Drop(ErrorCode.CoordinatorNotAvailable);
    }

    private static void Release(GroupGather gather)
    {
        foreach (var reply in gather.Replies)
        {
            reply.Release();
        }

        gather.Replies.Clear();
    }

    private static void Fail(GroupGather gather, ErrorCode error)
    {
        foreach (var reply in gather.Replies)
        {
            ((IFailingReply)reply).Fail(error);
        }

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
        }

        Fail(_current, error);
        _current = new GroupGather();
        _newest = null;

        // What the machine said last was not collected yet.
        var turn = _turn!;
        for (; _repliesTaken < turn.Replies.Count; _repliesTaken++)
        {
            ((IFailingReply)turn.Replies[_repliesTaken]).Fail(error);
        }

        _recordsTaken = turn.Records.Count;
    }
}
