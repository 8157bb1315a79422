using System.Collections.Immutable;

namespace ActorBroker.Broker.Cluster;

/// <summary>Who is alive. Only liveness hangs on it: whoever is wrong about it loses a compare-and-set.</summary>
/// <remarks>A broker that stands still is dead to the others after a while, and alive again, in the same epoch, when it
/// goes on.</remarks>
public interface IMembership : IAsyncDisposable
{
    /// <summary>The live brokers and the epoch that each announces; a new object after each change.</summary>
    ImmutableSortedDictionary<int, long> Live { get; }

    /// <summary>Called after each change of <see cref="Live"/>; must not block or throw.</summary>
    event Action? Changed;

    /// <summary>This broker is alive from now on, in this epoch.</summary>
    Task JoinAsync(int brokerId, long brokerEpoch, CancellationToken cancel);

    /// <summary>It leaves: the others see it at once.</summary>
    Task LeaveAsync();
}
