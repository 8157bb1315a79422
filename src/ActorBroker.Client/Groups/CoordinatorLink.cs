using System.Diagnostics.CodeAnalysis;
using ActorBroker.Client.Cluster;
using ActorBroker.Client.Networking;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>
/// The way to a group's coordinator. Membership has a connection of its own: a join waits at the broker for the other
/// members, and a broker answers one connection in order. Offsets go over the connection that the client shares.
/// </summary>
internal sealed class CoordinatorLink(ClusterClient cluster, string groupId) : IAsyncDisposable
{
    private readonly GroupCoordinators _coordinators = new(cluster);
    private readonly TimeProvider _clock = cluster.Options.TimeProvider;
    private readonly Lock _gate = new();
    private BrokerAddress? _known;
    private BrokerConnection? _own;

    public ClientOptions Options => cluster.Options;

    /// <summary>The clock of the machines, which only goes forward.</summary>
    public long NowMs() => (long)_clock.GetElapsedTime(0, _clock.GetTimestamp()).TotalMilliseconds;

    /// <summary>True for the answers that say that the coordinator is elsewhere, or not there yet.</summary>
    public static bool IsElsewhere(ErrorCode code) => code is ErrorCode.NotCoordinator
        or ErrorCode.CoordinatorNotAvailable or ErrorCode.CoordinatorLoadInProgress;

    /// <summary>The next request asks who the coordinator is.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _known = null;
        }
    }

    /// <summary>The membership's connection, for one caller at a time.</summary>
    public async Task<BrokerConnection> OwnAsync(CancellationToken cancel)
    {
        var address = await FindAsync(cancel).ConfigureAwait(false);
        if (_own is { IsOpen: true } && _own.Address == address)
        {
            return _own;
        }

        await DropOwnAsync().ConfigureAwait(false);
        return _own = await OpenAsync(address, cancel).ConfigureAwait(false);
    }

    /// <summary>The shared connection.</summary>
    public async Task<BrokerConnection> SharedAsync(CancellationToken cancel)
    {
        var address = await FindAsync(cancel).ConfigureAwait(false);
        try
        {
            return await cluster.ConnectionAsync(address, cancel).ConfigureAwait(false);
        }
        catch (KafkaException)
        {
            Forget();
            throw;
        }
    }

    /// <summary>
    /// Waits for an answer of the coordinator. Where it is late (a join may well be) and the group has another
    /// coordinator by now, the connection is given up, and the call fails as one that may be repeated.
    /// </summary>
    public async Task<T> AnswerAsync<T>(BrokerConnection coordinator, Task<T> answer, CancellationToken cancel)
    {
        while (await answer.IsLateAsync(LateAnswer.Patience, _clock).ConfigureAwait(false))
        {
            if (await HasMovedAsync(coordinator.Address, cancel).ConfigureAwait(false))
            {
                await coordinator.DisposeAsync().ConfigureAwait(false);
            }
        }

        return await answer.ConfigureAwait(false);
    }

    /// <summary>Closes the membership's connection, and with it a join that waits at the broker.</summary>
    public async ValueTask DropOwnAsync()
    {
        var own = _own;
        _own = null;
        if (own is not null)
        {
            await own.DisposeAsync().ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => DropOwnAsync();

    /// <summary>Throws what an answer refused, and notes where it says that the coordinator is elsewhere.</summary>
    [DoesNotReturn]
    public void Refuse(ErrorCode code, string what, string? message = null)
    {
        if (IsElsewhere(code))
        {
            Forget();
        }

        throw new BrokerErrorException(code, $"{what} of group '{groupId}'", message);
    }

    private async Task<bool> HasMovedAsync(BrokerAddress from, CancellationToken cancel)
    {
        try
        {
            var found = (await _coordinators.LocateAsync([groupId], cancel).ConfigureAwait(false))[groupId];
            lock (_gate)
            {
                _known = found;
            }

            return found != from;
        }
        catch (KafkaException)
        {
            // Nobody knows now: the answer may still come.
            return false;
        }
    }

    private async Task<BrokerConnection> OpenAsync(BrokerAddress address, CancellationToken cancel)
    {
        try
        {
            return await BrokerConnection.OpenAsync(address, cluster.Options, cancel).ConfigureAwait(false);
        }
        catch (KafkaException)
        {
            Forget();
            throw;
        }
    }

    private async Task<BrokerAddress> FindAsync(CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_known is { } known)
            {
                return known;
            }
        }

        var found = (await _coordinators.LocateAsync([groupId], cancel).ConfigureAwait(false))[groupId];
        lock (_gate)
        {
            _known = found;
        }

        return found;
    }
}
