namespace ActorBroker.Assignors.Sticky;

/// <summary>
/// Members subscribe to different topics. Owners keep what they have, the rest goes to the least loaded; then
/// partitions move, topic by topic, from the most to the least loaded subscriber until no move makes loads more even.
/// </summary>
internal sealed class MixedShares
{
    private readonly StickyState _state;
    private readonly int[] _topics;

    private MixedShares(StickyState state)
    {
        _state = state;

        // Topics with few subscribers leave the least choice, so they come first.
        _topics = [.. Enumerable.Range(0, state.TopicCount)
            .OrderBy(topic => state.SubscribersOf(topic).Length)];
    }

    public static void Assign(StickyState state)
    {
        var shares = new MixedShares(state);
        shares.Keep();
        shares.GiveRest();
        shares.Balance();
        if (shares.GiveBack())
        {
            shares.Balance();
        }
    }

    private void Keep()
    {
        for (var partition = 0; partition < _state.PartitionCount; partition++)
        {
            if (_state.Previous[partition] != StickyState.Nobody)
            {
                _state.Give(partition, _state.Previous[partition]);
            }
        }
    }

    private void GiveRest()
    {
        foreach (var topic in _topics)
        {
            var subscribers = _state.SubscribersOf(topic);
            var (start, end) = (_state.PartitionsOf(topic).Start.Value, _state.PartitionsOf(topic).End.Value);
            for (var partition = start; partition < end; partition++)
            {
                if (_state.Owner[partition] == StickyState.Nobody)
                {
                    _state.Give(partition, LeastLoaded(subscribers, partition));
                }
            }
        }
    }

    // Of the least loaded one that is near, if there is one.
    private int LeastLoaded(int[] subscribers, int partition)
    {
        var best = subscribers[0];
        foreach (var member in subscribers.AsSpan(1))
        {
            if (_state.Load[member] < _state.Load[best]
                || (_state.Load[member] == _state.Load[best] && _state.Racks is not null
                    && !_state.IsNear(best, partition) && _state.IsNear(member, partition)))
            {
                best = member;
            }
        }

        return best;
    }

    // Every move makes the sum of the squared loads smaller, so this ends.
    private void Balance()
    {
        var owned = new List<int>?[_state.MemberCount];
        bool moved;
        do
        {
            moved = false;
            foreach (var topic in _topics)
            {
                moved |= Balance(topic, owned);
            }
        }
        while (moved);
    }

    private bool Balance(int topic, List<int>?[] owned)
    {
        var subscribers = _state.SubscribersOf(topic);
        if (!IsUneven(subscribers))
        {
            return false;
        }

        Gather(topic, owned);
        var moved = false;
        while (true)
        {
            var (most, least) = (StickyState.Nobody, subscribers[0]);
            foreach (var member in subscribers)
            {
                if (owned[member] is { Count: > 0 }
                    && (most == StickyState.Nobody || _state.Load[member] > _state.Load[most]))
                {
                    most = member;
                }

                least = _state.Load[member] < _state.Load[least] ? member : least;
            }

            if (most == StickyState.Nobody || _state.Load[most] - _state.Load[least] <= 1)
            {
                break;
            }

            var partition = owned[most]![^1];
            owned[most]!.RemoveAt(owned[most]!.Count - 1);
            var previous = _state.Previous[partition];
            var to = previous != StickyState.Nobody && _state.Load[previous] == _state.Load[least] ? previous : least;
            _state.Give(partition, to);
            (owned[to] ??= []).Add(partition);
            moved = true;
        }

        foreach (var member in subscribers)
        {
            owned[member] = null;
        }

        return moved;
    }

    private bool IsUneven(int[] subscribers)
    {
        var (least, most) = (int.MaxValue, int.MinValue);
        foreach (var member in subscribers)
        {
            least = Math.Min(least, _state.Load[member]);
            most = Math.Max(most, _state.Load[member]);
        }

        return most - least > 1;
    }

    // What an owner never had stands last, where partitions are taken from.
    private void Gather(int topic, List<int>?[] owned)
    {
        var (start, end) = (_state.PartitionsOf(topic).Start.Value, _state.PartitionsOf(topic).End.Value);
        foreach (var wasThere in (ReadOnlySpan<bool>)[true, false])
        {
            for (var partition = start; partition < end; partition++)
            {
                var owner = _state.Owner[partition];
                if (owner == _state.Previous[partition] == wasThere)
                {
                    (owned[owner] ??= []).Add(partition);
                }
            }
        }
    }

    // Moves can cross: A's partition went to B and B's to A. Each goes back where loads stay as even as they are.
    private bool GiveBack()
    {
        var displaced = new List<int>[_state.MemberCount];
        for (var member = 0; member < displaced.Length; member++)
        {
            displaced[member] = [];
        }

        for (var partition = 0; partition < _state.PartitionCount; partition++)
        {
            if (_state.Owner[partition] != _state.Previous[partition])
            {
                displaced[_state.Owner[partition]].Add(partition);
            }
        }

        var changed = false;
        for (var partition = 0; partition < _state.PartitionCount; partition++)
        {
            var (owner, previous) = (_state.Owner[partition], _state.Previous[partition]);
            if (previous == StickyState.Nobody || owner == previous)
            {
                continue;
            }

            if (_state.Load[previous] >= _state.Load[owner])
            {
                var at = displaced[previous].FindIndex(other =>
                    _state.Owner[other] == previous
                    && Array.BinarySearch(_state.SubscribersOf(_state.TopicOf[other]), owner) >= 0);
                if (at < 0)
                {
                    continue;
                }

                _state.Give(displaced[previous][at], owner);
                displaced[owner].Add(displaced[previous][at]);
                displaced[previous].RemoveAt(at);
            }

            _state.Give(partition, previous);
            changed = true;
        }

        return changed;
    }
}
