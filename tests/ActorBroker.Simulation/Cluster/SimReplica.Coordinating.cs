using ActorBroker.Core.Configuration;
using ActorBroker.Simulation.Groups;

namespace ActorBroker.Simulation.Cluster;

// What a coordinator of groups needs of the replica that stores them.
internal sealed partial class SimReplica
{
    private const int LoadBytes = 2_048;

    /// <summary>
    /// Grows with each opening of the log and each leadership, and where a batch was refused on which others rest.
    /// </summary>
    public long Incarnation { get; private set; } = 1;

    /// <summary>It leads, and its log is open.</summary>
    public bool IsLeading => Leader is not null && Log is not null && !_isGone;

    /// <summary>The coordinator that wants to hear of changes.</summary>
    public SimGroupShard? Watcher { get; set; }

    /// <summary>The topic's settings as this replica knows them.</summary>
    public LogConfig ConfigInForce => Config;

    /// <summary>
    /// Hands out the committed batches from the log's start to an offset; false where it does not lead, or can't read
    /// so far.
    /// </summary>
    public bool TryReadCommitted(long end, Action<byte[]> take)
    {
        for (var at = Log?.LogStartOffset ?? 0; at < end;)
        {
            if (!IsLeading)
            {
                return false;
            }

            using var slice = Log!.Read(at, LoadBytes, HighWatermark, atLeastOneBatch: true);
            if (slice.IsEmpty)
            {
                return false;
            }

            var bytes = slice.ToArray();
            take(bytes);
            at = EndOf(bytes, at);
        }

        return true;
    }

    public void Require(bool holds, string problem) => _ledger.Require(holds, problem);

    public void SayAsCoordinator(string what) => Say(what);

    private void RefuseResting(ProduceCall call)
    {
        // Nothing that is on its way behind this batch may be stored without it.
        if (call.Incarnation != 0)
        {
            Incarnation++;
        }
    }
}
