using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Simulation.Checking;
using ActorBroker.Simulation.Cluster;
using ActorBroker.Simulation.Groups;

namespace ActorBroker.Simulation.Workload;

/// <summary>Asks for a group's committed offset, of whom it takes for the coordinator, or of anybody.</summary>
internal sealed class SimOffsetReader(SimCluster cluster, IReadOnlyList<CommittedKey> keys) : GroupClient(cluster)
{
    private const int BackoffUs = 30_000;

    private readonly Dictionary<CommittedKey, long> _last = [];
    private bool _isLast;

    /// <summary>Each offset as it was told since <see cref="AskLast"/>.</summary>
    public IReadOnlyDictionary<CommittedKey, long> Last => _last;

    public void Start() => World.After(World.Random.Next(50_000), Next);

    /// <summary>Nothing goes wrong any more, and nobody commits: asks for each offset once more.</summary>
    public void AskLast() => _isLast = true;

    private void Next()
    {
        if (!_isLast)
        {
            Ask(World.Random.Pick(keys));
        }
        else if (keys.FirstOrDefault(key => !_last.ContainsKey(key)) is { } key)
        {
            Ask(key);
        }
    }

    private void Ask(CommittedKey key)
    {
        var id = !_isLast && World.Random.Chance(0.3)
            ? World.Random.Between(1, Cluster.Brokers.Count)
            : CoordinatorOf(key.Group);
        if (id < 0)
        {
            TryAgain();
            return;
        }

        var broker = Cluster.Broker(id);
        var (told, isLast) = (key.Told, _isLast);
        var command = new FetchOffsetsCommand(key.Group, null, -1, [key.Partition], false);
        GroupCall? call = null;
        call = new GroupCall<FetchOffsetsResult>(
            (machine, turn, reply) => machine.FetchOffsets(turn, command, reply),
            (result, leaderEpoch) =>
            {
                var offset = result.Offsets[0].Committed?.Offset ?? 0;
                key.Read(broker, leaderEpoch, offset, told);
                Answer(broker, () => call!, () =>
                {
                    if (isLast)
                    {
                        _last[key] = offset;
                    }

                    World.After(World.Random.Between(10_000, 60_000), Next);
                });
            },
            _ => Answer(broker, () => call!, TryAgain));
        Send(key.Group, broker, call, TryAgain);
    }

    private void TryAgain()
    {
        Refresh();
        World.After(BackoffUs, Next);
    }
}
