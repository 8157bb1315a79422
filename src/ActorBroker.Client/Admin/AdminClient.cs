using ActorBroker.Client.Cluster;
using ActorBroker.Client.Networking;
using ActorBroker.Protocol;
using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// Looks after a cluster: topics, settings, records' beginnings, offsets, groups, brokers and their disks. Each request
/// goes to the broker that may answer it: the controller, a partition's leader, a group's coordinator, or any.
/// </summary>
/// <remarks>
/// Failures that may pass (a lost connection, a leader or controller that moved) are repeated until the options'
/// operation time is over. A topic that is not there is told at once, although its code counts as retriable: who
/// manages topics wants to know, not to wait. Every refusal is a <see cref="BrokerErrorException"/> with Kafka's code.
/// </remarks>
public sealed partial class AdminClient
{
    private readonly ClusterClient _cluster;
    private readonly GroupCoordinators _coordinators;

    internal AdminClient(ClusterClient cluster)
    {
        _cluster = cluster;
        _coordinators = new GroupCoordinators(cluster);
    }

    private int TimeoutMs => (int)_cluster.Options.RequestTimeout.TotalMilliseconds;

    private static bool IsMissing(ErrorCode code) =>
        code is ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId;

    private static void Require(ErrorCode code, string operation, string? message = null)
    {
        if (code != ErrorCode.None)
        {
            throw new BrokerErrorException(code, operation, message);
        }
    }

    /// <summary>Repeats what may pass; a topic that is missing ends it at once.</summary>
    private async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancel)
    {
        var (result, missing) = await _cluster.RetryAsync<(T?, BrokerErrorException?)>(
            async token =>
            {
                try
                {
                    return (await attempt(token).ConfigureAwait(false), null);
                }
                catch (BrokerErrorException refusal) when (IsMissing(refusal.Code))
                {
                    return (default, refusal);
                }
            },
            cancel).ConfigureAwait(false);
        return missing is null ? result! : throw missing;
    }

    private async Task<TResponse> CallControllerAsync<TRequest, TResponse>(
        Func<BrokerConnection, TRequest> request, CancellationToken cancel)
        where TRequest : IApiRequest<TRequest>
        where TResponse : IApiResponse<TResponse>
    {
        var controller = await _cluster.ControllerAsync(cancel).ConfigureAwait(false);
        return await controller.CallAsync<TRequest, TResponse>(request(controller), cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Asks each leader once for all of its partitions; a leader that has moved is looked up again by the next attempt.
    /// </summary>
    private async Task<List<TResponse>> CallLeadersAsync<TRequest, TResponse>(
        IEnumerable<TopicPartition> partitions,
        Func<BrokerConnection, IReadOnlyList<TopicPartition>, TRequest> request,
        CancellationToken cancel)
        where TRequest : IApiRequest<TRequest>
        where TResponse : IApiResponse<TResponse>
    {
        var byLeader = new Dictionary<BrokerConnection, List<TopicPartition>>();
        foreach (var partition in partitions)
        {
            var leader = await _cluster.LeaderAsync(partition.Topic, partition.Partition, autoCreate: false, cancel)
                .ConfigureAwait(false);
            if (!byLeader.TryGetValue(leader, out var led))
            {
                byLeader[leader] = led = [];
            }

            led.Add(partition);
        }

        var calls = byLeader.Select(
            each => each.Key.CallAsync<TRequest, TResponse>(request(each.Key, each.Value), cancel));
        return [.. await Task.WhenAll(calls).ConfigureAwait(false)];
    }

    /// <summary>A partition's refusal; what was known of its leader is forgotten.</summary>
    private void RequireOfLeader(ErrorCode code, string operation, string topic, string? message = null)
    {
        if (code != ErrorCode.None)
        {
            _cluster.Forget(topic);
            throw new BrokerErrorException(code, operation, message);
        }
    }
}
