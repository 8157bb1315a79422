using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Groups.Simulation;

/// <summary>What was ever said of a classic group's generations, and what may never be said again.</summary>
internal sealed class ClassicLedger(Trace trace)
{
    private readonly Dictionary<(int Generation, TopicPartition Partition), string> _owners = [];
    private readonly Dictionary<(int Life, int Generation), string> _leaders = [];
    private int _stored;
    private (int Life, int Generation) _latest;

    /// <summary>A partition has one owner in a generation; a static member is the same one after its return.</summary>
    public void Own(int generation, string who, IEnumerable<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            if (!_owners.TryAdd((generation, partition), who))
            {
                var other = _owners[(generation, partition)];
                trace.Require(other == who, $"{partition} is both {other}'s and {who}'s in generation {generation}");
            }
        }
    }

    /// <summary>
    /// Generations only grow; one that was never stored may come again after a restart, since nobody could own anything
    /// in it. One member at most is told to assign.
    /// </summary>
    public void Joined(int life, JoinResult result)
    {
        if (result.Error != ErrorCode.None)
        {
            trace.Require(result.Generation == -1, $"{result.Error} with generation {result.Generation}");
            return;
        }

        var now = (life, result.Generation);
        trace.Require(now.CompareTo(_latest) >= 0, $"generation {result.Generation} after {_latest}");
        _latest = now;
        if (result.Leader == result.MemberId && !result.SkipAssignment)
        {
            _leaders.TryAdd(now, result.MemberId);
            trace.Require(_leaders[now] == result.MemberId, $"{_leaders[now]} and {result.MemberId} lead {now}");
        }
    }

    /// <summary>Stored generations only grow, too.</summary>
    public void Stored(IReadOnlyList<GroupRecord> records)
    {
        foreach (var record in records)
        {
            if (record.Value is GroupMetadataValue value)
            {
                trace.Require(value.Generation >= _stored, $"generation {value.Generation} stored after {_stored}");
                _stored = value.Generation;
            }
        }
    }
}
