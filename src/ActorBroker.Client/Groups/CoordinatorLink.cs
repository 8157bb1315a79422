using System.Diagnostics.CodeAnalysis;
using ActorBroker.Client.Cluster;
using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>
/// The way to a group's coordinator. Membership has a connection of its own: a join waits at the broker for the other
/// members, and a broker answers one connection in order. Offsets go over the connection that the client shares.
/// </summary>
internal sealed class CoordinatorLink(ClusterClient cluster, string groupId) : IAsyncDisposable
{
    private const sbyte GroupKey = 0;
    private const short FirstVersionWithLists = 4;

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

        var connection = await cluster.AnyAsync(cancel).ConfigureAwait(false);
        var version = connection.ChooseVersion<FindCoordinatorRequest>();
        var hasLists = version >= FirstVersionWithLists;
        var request = new FindCoordinatorRequest { KeyType = GroupKey, Key = hasLists ? "" : groupId };
        if (hasLists)
        {
            request.CoordinatorKeys.Add(groupId);
        }

        var response = await connection.CallAsync<FindCoordinatorRequest, FindCoordinatorResponse>(request, cancel)
            .ConfigureAwait(false);
        var found = hasLists
            ? Read(response.Coordinators.FirstOrDefault(each => each.Key == groupId)
                ?? throw new ProtocolViolationException($"{connection.Address} left the group out of its answer."))
            : Read(response);
        lock (_gate)
        {
            _known = found;
        }

        return found;
    }

    private BrokerAddress Read(FindCoordinatorResponse.Coordinator answer) =>
        Read(answer.ErrorCode, answer.ErrorMessage, answer.Host, answer.Port);

    private BrokerAddress Read(FindCoordinatorResponse answer) =>
        Read(answer.ErrorCode, answer.ErrorMessage, answer.Host, answer.Port);

    private BrokerAddress Read(ErrorCode code, string? message, string? host, int port)
    {
        if (code != ErrorCode.None)
        {
            Refuse(code, "Finding the coordinator", message);
        }

        return port is >= 1 and <= 65535 && !string.IsNullOrEmpty(host)
            ? new BrokerAddress(host, port)
            : throw new ProtocolViolationException($"The coordinator is said to be at '{host}:{port}'.");
    }
}
