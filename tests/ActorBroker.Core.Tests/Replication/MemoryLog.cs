using ActorBroker.Core.Replication;

namespace ActorBroker.Core.Tests.Replication;

/// <summary>A log as a list of records, each with its offset and its leader's epoch.</summary>
internal sealed class MemoryLog : IEpochHistory
{
    private readonly List<(int Epoch, long StartOffset)> _epochs = [];

    public static MemoryLog Empty => new();

    public int? Latest => _epochs is [.., var last] ? last.Epoch : null;

    public (int Epoch, long EndOffset) EndOffsetFor(int epoch, long logEndOffset)
    {
        if (epoch < 0 || _epochs.Count == 0 || epoch > _epochs[^1].Epoch)
        {
            return (-1, -1);
        }

        var index = _epochs.FindLastIndex(entry => entry.Epoch <= epoch);
        return index < 0
            ? (epoch, _epochs[0].StartOffset)
            : (_epochs[index].Epoch, index + 1 < _epochs.Count ? _epochs[index + 1].StartOffset : logEndOffset);
    }

    public int? EpochAt(long offset)
    {
        var index = _epochs.FindLastIndex(entry => entry.StartOffset <= offset);
        return index < 0 ? null : _epochs[index].Epoch;
    }
}
