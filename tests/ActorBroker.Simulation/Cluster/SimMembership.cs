namespace ActorBroker.Simulation.Cluster;

/// <summary>
/// Who is alive, as each broker sees it: late, and sometimes wrong. A death shows after the lease, a pause that lasts
/// looks the same, and a broker that is well may be suspected for a while.
/// </summary>
internal sealed class SimMembership(World world)
{
    private readonly SortedDictionary<int, SimBroker> _brokers = [];

    public int LeaseMs { get; set; } = 300;

    public void Add(SimBroker broker) => _brokers.Add(broker.Id, broker);

    /// <summary>A broker joins: it sees all others, and they see it soon.</summary>
    public void Join(SimBroker joining)
    {
        foreach (var other in _brokers.Values)
        {
            joining.See(other.Id, other.IsMember ? other.Epoch : null);
            Look(other, joining, world.Random.Between(500, 60_000));
        }
    }

    /// <summary>A broker looks again at all the leases, as it does from time to time.</summary>
    public void Refresh(SimBroker viewer)
    {
        foreach (var other in _brokers.Values)
        {
            Look(viewer, other, delayUs: 0);
        }
    }

    /// <summary>A broker leaves in good order: seen at once, more or less.</summary>
    public void Leave(SimBroker leaving) => LookAll(leaving, lowUs: 500, highUs: 20_000);

    /// <summary>A broker died, or stands still: its lease runs out.</summary>
    public void Silence(SimBroker silent) =>
        LookAll(silent, lowUs: LeaseMs * 500, highUs: LeaseMs * 1_500);

    /// <summary>A broker goes on after a pause.</summary>
    public void Awake(SimBroker awake) => LookAll(awake, lowUs: 500, highUs: 60_000);

    /// <summary>One broker takes another for dead, for a while.</summary>
    public void Suspect(SimBroker viewer, SimBroker suspect, int forUs)
    {
        viewer.Receive(0, () => viewer.See(suspect.Id, null));
        Look(viewer, suspect, forUs);
    }

    private void LookAll(SimBroker at, int lowUs, int highUs)
    {
        foreach (var viewer in _brokers.Values.Where(viewer => viewer != at))
        {
            Look(viewer, at, world.Random.Between(lowUs, highUs));
        }
    }

    /// <summary>After a while the viewer sees what is the case then.</summary>
    private static void Look(SimBroker viewer, SimBroker at, int delayUs) => viewer.Receive(delayUs, () =>
    {
        if (viewer.IsMember)
        {
            viewer.See(at.Id, at.IsMember && !at.IsPaused ? at.Epoch : null);
        }
    });
}
