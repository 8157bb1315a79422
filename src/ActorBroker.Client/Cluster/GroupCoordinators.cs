using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Cluster;

/// <summary>Finds the brokers that coordinate groups. Each group may have another, and it may move any time.</summary>
internal sealed class GroupCoordinators(ClusterClient cluster)
{
    private const sbyte GroupKey = 0;
    private const short FirstVersionWithKeyType = 1;
    private const short FirstVersionWithManyKeys = 4;

    /// <summary>The shared connection to a group's coordinator, as it is now.</summary>
    public async Task<BrokerConnection> FindAsync(string groupId, CancellationToken cancel) =>
        (await FindAsync([groupId], cancel).ConfigureAwait(false))[groupId];

    /// <summary>The shared connections to the coordinators of some groups.</summary>
    /// <exception cref="BrokerErrorException">The refusal of the first group that has one.</exception>
    public async Task<Dictionary<string, BrokerConnection>> FindAsync(
        IReadOnlyCollection<string> groupIds, CancellationToken cancel)
    {
        var found = new Dictionary<string, BrokerConnection>();
        foreach (var (groupId, address) in await LocateAsync(groupIds, cancel).ConfigureAwait(false))
        {
            found[groupId] = await cluster.ConnectionAsync(address, cancel).ConfigureAwait(false);
        }

        return found;
    }

    /// <summary>Where the coordinators of some groups are.</summary>
    /// <exception cref="BrokerErrorException">The refusal of the first group that has one.</exception>
    public Task<Dictionary<string, BrokerAddress>> LocateAsync(
        IReadOnlyCollection<string> groupIds, CancellationToken cancel) =>
        cluster.AskAnyAsync((connection, token) => LocateAsync(connection, groupIds, token), cancel);

    private static async Task<Dictionary<string, BrokerAddress>> LocateAsync(
        BrokerConnection connection, IReadOnlyCollection<string> groupIds, CancellationToken cancel)
    {
        var found = new Dictionary<string, BrokerAddress>();
        if (connection.ChooseVersion<FindCoordinatorRequest>() >= FirstVersionWithManyKeys)
        {
            var request = new FindCoordinatorRequest { KeyType = GroupKey, CoordinatorKeys = [.. groupIds] };
            var response = await connection.CallAsync<FindCoordinatorRequest, FindCoordinatorResponse>(request, cancel)
                .ConfigureAwait(false);
            foreach (var each in response.Coordinators)
            {
                found[each.Key] = Read(each.Key, each.ErrorCode, each.ErrorMessage, each.Host, each.Port);
            }
        }
        else
        {
            foreach (var groupId in groupIds)
            {
                var request = new FindCoordinatorRequest { KeyType = GroupKey, Key = groupId };
                var response = await connection
                    .CallAsync<FindCoordinatorRequest, FindCoordinatorResponse>(request, cancel).ConfigureAwait(false);
                found[groupId] = Read(
                    groupId, response.ErrorCode, response.ErrorMessage, response.Host, response.Port);
            }
        }

        foreach (var missing in groupIds.Where(groupId => !found.ContainsKey(groupId)))
        {
            throw new ProtocolViolationException(
                $"{connection.Address} left group '{missing}' out of its answer about coordinators.");
        }

        return found;
    }

    private static BrokerAddress Read(string groupId, ErrorCode error, string? message, string? host, int port)
    {
        if (error != ErrorCode.None)
        {
            throw new BrokerErrorException(error, $"Finding the coordinator of group '{groupId}'", message);
        }

        return port is >= 1 and <= 65535 && !string.IsNullOrEmpty(host)
            ? new BrokerAddress(host, port)
            : throw new ProtocolViolationException(
                $"The coordinator of group '{groupId}' is said to be at '{host}:{port}'.");
    }
}
