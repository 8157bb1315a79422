namespace ActorBroker.Simulation.Cluster;

/// <summary>
/// Carries messages between brokers: delays, drops, repeats and reorders them, and can be cut in one direction.
/// Clients' messages keep their order, as on a connection, but get lost, too.
/// </summary>
internal sealed class Network(World world)
{
    /// <summary>What clients go by as a sender.</summary>
    public const int Client = 0;

    private readonly HashSet<(int From, int To)> _cuts = [];

    /// <summary>Of messages between brokers.</summary>
    public double DropRate { get; set; }

    public double RepeatRate { get; set; }

    /// <summary>Messages that take a long way, and are overtaken.</summary>
    public double DetourRate { get; set; }

    public int DetourMsMax { get; set; } = 400;

    public bool IsCut(int from, int to) => _cuts.Contains((from, to));

    public void Cut(int from, int to) => _cuts.Add((from, to));

    public void Mend(int from, int to) => _cuts.Remove((from, to));

    public void MendAll()
    {
        _cuts.Clear();
        (DropRate, RepeatRate, DetourRate) = (0, 0, 0);
    }

    /// <summary>Sends; what arrives, if anything, arrives as an event of the receiver.</summary>
    public void Send(int from, SimBroker to, Action deliver)
    {
        if (IsCut(from, to.Id) || world.Random.Chance(DropRate))
        {
            return;
        }

        to.Receive(DelayUs(), deliver);
        if (RepeatRate > 0 && world.Random.Chance(RepeatRate))
        {
            to.Receive(DelayUs() * 3, deliver);
        }
    }

    /// <summary>An answer to a client; it may never come.</summary>
    public void Answer(int from, Action deliver)
    {
        if (!IsCut(from, Client) && !world.Random.Chance(DropRate))
        {
            world.After(DelayUs(), deliver);
        }
    }

    private long DelayUs() => world.Random.Chance(DetourRate)
        ? world.Random.Between(1_000, DetourMsMax * 1000)
        : world.Random.Between(50, 2_000);
}
