using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Records;
using ActorBroker.Simulation.Checking;
using ActorBroker.Simulation.Cluster;
using ActorBroker.Simulation.Groups;

namespace ActorBroker.Simulation.Workload;

/// <summary>
/// Commits higher and higher offsets of one group in one partition, as a consumer without a group's members does: each
/// until it is acknowledged, or a higher one in its place.
/// </summary>
internal sealed class SimCommitter(SimCluster cluster, CommittedKey key) : GroupClient(cluster)
{
    private const int BackoffUs = 30_000;

    private long _offset;

    public CommittedKey Key => key;

    /// <summary>Commits acknowledged so far.</summary>
    public int Acknowledged { get; private set; }

    public bool IsStopped { get; set; }

    /// <summary>Nothing waits for an answer.</summary>
    public bool IsIdle { get; private set; } = true;

    /// <summary>The last answer, for a failure's message.</summary>
    public ErrorCode? Last { get; private set; }

    public void Start() => World.After(World.Random.Next(50_000), Beat);

    private void Beat()
    {
        if (IsIdle && !IsStopped)
        {
            IsIdle = false;
            _offset = key.Next(World.Random.Between(1, 9));
            Commit();
        }

        World.After(World.Random.Between(15_000, 90_000), Beat);
    }

    private void Commit()
    {
        var id = CoordinatorOf(key.Group);
        if (id < 0)
        {
            TryAgain();
            return;
        }

        var broker = Cluster.Broker(id);
        var offset = _offset;
        var command = new CommitCommand(
            key.Group, new MemberName("", null), -1, true, -1, [new OffsetToCommit(key.Partition, offset, -1, null)]);
        GroupCall? call = null;
        call = new GroupCall<IReadOnlyList<ErrorCode>>(
            (machine, turn, reply) => machine.Commit(turn, command, reply),
            (errors, leaderEpoch) =>
            {
                if (errors[0] == ErrorCode.None)
                {
                    key.Acknowledged(broker, leaderEpoch, offset);
                }

                Answer(broker, () => call!, () => End(errors[0]));
            },
            error => Answer(broker, () => call!, () => End(error)));
        Send(key.Group, broker, call, TryAgain);
    }

    private void End(ErrorCode error)
    {
        Last = error;
        if (error != ErrorCode.None)
        {
            TryAgain();
            return;
        }

        Acknowledged++;
        IsIdle = true;
    }

    private void TryAgain()
    {
        Refresh();
        World.After(BackoffUs, () =>
        {
            if (World.Random.Chance(0.3))
            {
                _offset = key.Next(World.Random.Between(1, 9));
            }

            Commit();
        });
    }
}
