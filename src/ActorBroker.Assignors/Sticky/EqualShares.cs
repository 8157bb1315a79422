namespace ActorBroker.Assignors.Sticky;

/// <summary>
/// All members subscribe to the same topics. Each gets the same share, some one partition more; whoever has more than
/// the share keeps one of these extras while there are any. So nobody gives up a partition that it need not.
/// </summary>
internal sealed class EqualShares
{
    private readonly StickyState _state;
    private readonly int _share;
    private int _extras;

    private EqualShares(StickyState state)
    {
        _state = state;
        (_share, _extras) = Math.DivRem(state.PartitionCount, state.MemberCount);
    }

    public static void Assign(StickyState state)
    {
        if (state.PartitionCount == 0)
        {
            return;
        }

        var shares = new EqualShares(state);
        var partitions = state.AcrossTopics();
        shares.Keep(partitions, (member, partition) => state.IsNear(member, partition));
        if (state.Racks is { } racks)
        {
            shares.GiveNear(partitions, racks);
            shares.Keep(partitions, (_, _) => true);
        }

        shares.Deal(partitions);
    }

    // Two passes: what fits the plain share first, so that an extra goes to one who has more than that.
    private void Keep(int[] partitions, Func<int, int, bool> mayKeep)
    {
        foreach (var share in (ReadOnlySpan<int>)[_share, _share + 1])
        {
            foreach (var partition in partitions)
            {
                var member = _state.Previous[partition];
                if (_state.Owner[partition] == StickyState.Nobody && member != StickyState.Nobody
                    && _state.Load[member] < share && HasRoom(member) && mayKeep(member, partition))
                {
                    Give(partition, member);
                }
            }
        }
    }

    // To members that are near, those of the rack with the most room first, so that no rack fills up early.
    private void GiveNear(int[] partitions, StickyRacks racks)
    {
        var waiting = new Queue<int>[racks.Count + 1];
        var room = new long[racks.Count + 1];
        for (var rack = 0; rack <= racks.Count; rack++)
        {
            waiting[rack] = [];
        }

        for (var member = 0; member < _state.MemberCount; member++)
        {
            waiting[racks.OfMember(member)].Enqueue(member);
            room[racks.OfMember(member)] += Math.Max(0, _share - _state.Load[member]);
        }

        // The partitions that fewest racks hold are the hardest to place.
        foreach (var partition in partitions.OrderBy(partition => racks.OfPartition(partition).Length))
        {
            if (_state.Owner[partition] != StickyState.Nobody)
            {
                continue;
            }

            var chosen = StickyState.Nobody;
            foreach (var rack in racks.OfPartition(partition))
            {
                if (FirstWithRoom(waiting[rack]) != StickyState.Nobody
                    && (chosen == StickyState.Nobody || room[rack] > room[chosen]))
                {
                    chosen = rack;
                }
            }

            // A member without a rack reads from anywhere, so it is the last to be asked.
            chosen = chosen == StickyState.Nobody ? racks.Count : chosen;
            if (FirstWithRoom(waiting[chosen]) is var member && member != StickyState.Nobody)
            {
                Give(partition, member);
                room[chosen]--;
                waiting[chosen].Enqueue(waiting[chosen].Dequeue());
            }
        }
    }

    // Who has no room now never has any again: nothing is taken away, and extras only become fewer.
    private int FirstWithRoom(Queue<int> waiting)
    {
        while (waiting.Count > 0)
        {
            if (HasRoom(waiting.Peek()))
            {
                return waiting.Peek();
            }

            waiting.Dequeue();
        }

        return StickyState.Nobody;
    }

    // Round by round, those below the share first; the last round gives out the extras.
    private void Deal(int[] partitions)
    {
        var waiting = new Queue<int>();
        for (var member = 0; member < _state.MemberCount; member++)
        {
            if (_state.Load[member] < _share)
            {
                waiting.Enqueue(member);
            }
        }

        var extra = 0;
        foreach (var partition in partitions)
        {
            if (_state.Owner[partition] != StickyState.Nobody)
            {
                continue;
            }

            if (waiting.TryDequeue(out var member))
            {
                Give(partition, member);
                if (_state.Load[member] < _share)
                {
                    waiting.Enqueue(member);
                }

                continue;
            }

            while (_state.Load[extra] > _share)
            {
                extra++;
            }

            Give(partition, extra);
        }
    }

    private bool HasRoom(int member) =>
        _state.Load[member] < _share || (_state.Load[member] == _share && _extras > 0);

    private void Give(int partition, int member)
    {
        _state.Give(partition, member);
        if (_state.Load[member] > _share)
        {
            _extras--;
        }
    }
}
