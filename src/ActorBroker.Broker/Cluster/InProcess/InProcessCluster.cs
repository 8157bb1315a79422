using System.Collections.Immutable;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Cluster.InProcess;

/// <summary>
/// A cluster of brokers that live in one process: they share one catalogue and one list of who lives, and replicate by
/// calls. Brokers can be crashed and paused, as an operating system would do it.
/// </summary>
/// <remarks>
/// Thread-safe. A broker is a member of it by the environment that <see cref="Join"/> gives it. The catalogue lies in a
/// folder of its own and outlives every broker.
/// </remarks>
public sealed class InProcessCluster
{
    private readonly string _clusterId;
    private readonly FileCatalogue _catalogue;
    private readonly InProcessNetwork _network = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<int, InProcessMember> _members = [];
    private ImmutableSortedDictionary<int, long> _live = ImmutableSortedDictionary<int, long>.Empty;

    private InProcessCluster(string clusterId, FileCatalogue catalogue)
    {
        _clusterId = clusterId;
        _catalogue = catalogue;
    }

    /// <summary>Opens a cluster, or makes a new one.</summary>
    /// <param name="fileSystem">The disk of the catalogue.</param>
    /// <param name="folder">The catalogue's folder; nothing else may be in it.</param>
    /// <exception cref="CatalogueException">The catalogue can't be read; the message says what to do.</exception>
    public static InProcessCluster Open(IFileSystem fileSystem, string folder)
    {
        ArgumentNullException.ThrowIfNull(fileSystem);
        fileSystem.CreateDirectory(folder);
        var catalogue = FileCatalogue.Open(fileSystem, folder);
        return new InProcessCluster(new ClusterCatalogue(catalogue).TakeClusterId(), catalogue);
    }

    /// <summary>
    /// The world of a broker of this cluster that is about to start. What a crash of it leaves on the disk is what it
    /// had written by then.
    /// </summary>
    /// <param name="brokerId">The broker's id.</param>
    /// <param name="world">Its world otherwise.</param>
    /// <exception cref="CatalogueException">A broker of this id is running.</exception>
    public BrokerEnvironment Join(int brokerId, BrokerEnvironment world)
    {
        ArgumentNullException.ThrowIfNull(world);
        lock (_gate)
        {
            if (_members.TryGetValue(brokerId, out var known) && known.IsRunning)
            {
                throw new CatalogueException($"Broker {brokerId} is running already: give this one another broker.id.");
            }

            var power = new PowerSwitch();
            var member = new InProcessMember(this, brokerId, power);
            _members[brokerId] = member;
            var catalogue = new InProcessCatalogue(_catalogue, member);
            return world with
            {
                FileSystem = new SwitchedFileSystem(world.FileSystem, power),
                Cluster = new ClusterPorts(_clusterId, catalogue, member, _network.Attach(brokerId)),
            };
        }
    }

    /// <summary>
    /// The process of a broker dies: from now on it neither writes anything nor says anything, and the others know at
    /// once. What it had written stays. The broker's object is stopped next, which closes what is left of it.
    /// </summary>
    public void Crash(int brokerId)
    {
        var member = MemberOf(brokerId);
        member.Power.Cut();
        _network.Detach(brokerId);
        SetLive(brokerId, null);
        Resume(brokerId);
    }

    /// <summary>
    /// The process of a broker stands still: it neither says nor hears anything, what it wants to write to the
    /// catalogue waits, and the others take it for dead. What clients send it is for whoever holds its sockets.
    /// </summary>
    public void Pause(int brokerId)
    {
        var member = MemberOf(brokerId);
        _network.Pause(brokerId);
        member.Pause();
        SetLive(brokerId, null);
    }

    /// <summary>It goes on where it stood, in the belief that nothing has happened, and then hears all of it.</summary>
    public void Resume(int brokerId)
    {
        var member = MemberOf(brokerId);
        if (member.IsPaused)
        {
            SetLive(brokerId, member.Power.IsCut ? null : member.Epoch);
            _network.Resume(brokerId);
            member.Resume();
        }
    }

    internal ImmutableSortedDictionary<int, long> Live => Volatile.Read(ref _live);

    internal void SetLive(int brokerId, long? epoch)
    {
        InProcessMember[] members;
        lock (_gate)
        {
            Volatile.Write(ref _live, epoch is { } known ? _live.SetItem(brokerId, known) : _live.Remove(brokerId));
            members = [.. _members.Values];
        }

        foreach (var member in members)
        {
            member.HearOfMembers();
        }
    }

    private InProcessMember MemberOf(int brokerId)
    {
        lock (_gate)
        {
            return _members.TryGetValue(brokerId, out var member)
                ? member
                : throw new ArgumentException($"There is no broker {brokerId}.", nameof(brokerId));
        }
    }
}
