using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client;

public sealed partial class AdminClient
{
    /// <summary>
    /// The cluster's id, controller and brokers: those too that belong to it and are not there now, where the broker
    /// that is asked can say.
    /// </summary>
    public Task<ClusterDescription> DescribeClusterAsync(CancellationToken cancel = default) =>
        RunAsync(
            async token =>
            {
                const short FirstVersionWithFenced = 2;
                var connection = await _cluster.AnyAsync(token).ConfigureAwait(false);
                var request = new DescribeClusterRequest
                {
                    IncludeFencedBrokers =
                        connection.ChooseVersion<DescribeClusterRequest>() >= FirstVersionWithFenced,
                };
                var response = await connection.CallAsync<DescribeClusterRequest, DescribeClusterResponse>(
                    request, token).ConfigureAwait(false);
                Require(response.ErrorCode, "Describing the cluster", response.ErrorMessage);
                return new ClusterDescription(
                    response.ClusterId,
                    response.ControllerId,
                    [.. response.Brokers.OrderBy(each => each.BrokerId).Select(each => new BrokerDescription(
                        each.BrokerId, each.Host, each.Port, each.Rack, each.IsFenced))]);
            },
            cancel);

    /// <summary>The log directories of brokers, with the replicas in them.</summary>
    /// <param name="brokerIds">Which brokers; null for all that are there.</param>
    /// <param name="cancel">Ends the waiting.</param>
    public async Task<IReadOnlyList<LogDirDescription>> DescribeLogDirsAsync(
        IReadOnlyList<int>? brokerIds = null, CancellationToken cancel = default)
    {
        brokerIds ??=
        [
            .. (await DescribeClusterAsync(cancel).ConfigureAwait(false)).Brokers
                .Where(each => !each.IsFenced).Select(each => each.Id),
        ];
        var all = await Task.WhenAll(brokerIds.Select(
            broker => RunAsync(token => DescribeLogDirsOnceAsync(broker, token), cancel))).ConfigureAwait(false);
        return [.. all.SelectMany(each => each)];
    }

    /// <summary>
    /// Takes a broker that is gone for good out of the cluster. It must be stopped: a live one would register again.
    /// Replicas of it that were not moved away before stay where they are, as offline ones.
    /// </summary>
    /// <exception cref="BrokerErrorException">E.g. BROKER_ID_NOT_REGISTERED.</exception>
    public Task UnregisterBrokerAsync(int brokerId, CancellationToken cancel = default) =>
        RunAsync(
            async token =>
            {
                var response = await CallControllerAsync<UnregisterBrokerRequest, UnregisterBrokerResponse>(
                    _ => new UnregisterBrokerRequest { BrokerId = brokerId }, token).ConfigureAwait(false);
                Require(response.ErrorCode, $"Unregistering broker {brokerId}", response.ErrorMessage);
                return true;
            },
            cancel);

    private async Task<IReadOnlyList<LogDirDescription>> DescribeLogDirsOnceAsync(
        int brokerId, CancellationToken cancel)
    {
        var connection = await _cluster.BrokerAsync(brokerId, cancel).ConfigureAwait(false);
        var response = await connection.CallAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(
            new DescribeLogDirsRequest { Topics = null }, cancel).ConfigureAwait(false);
        Require(response.ErrorCode, $"Describing the log directories of broker {brokerId}");
        return [.. response.Results.Select(each => new LogDirDescription(
            brokerId,
            each.LogDir,
            each.ErrorCode,
            each.TotalBytes,
            each.UsableBytes,
            [.. each.Topics.SelectMany(topic => topic.Partitions.Select(partition => new ReplicaDescription(
                new TopicPartition(topic.Name, partition.PartitionIndex),
                partition.PartitionSize,
                partition.OffsetLag,
                partition.IsFutureKey)))]))];
    }
}
