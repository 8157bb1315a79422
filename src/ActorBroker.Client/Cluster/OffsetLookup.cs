using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Cluster;

/// <summary>Turns a start position into an offset, by asking the partition's leader.</summary>
internal static class OffsetLookup
{
    public static Task<long> FindAsync(
        ClusterClient cluster, string topic, int partition, StartPosition position, CancellationToken cancel) =>
        position.IsCommitted ? throw new ArgumentException("A committed offset is a group's, not the log's.")
            : position.IsOffset ? Task.FromResult(position.Value)
            : cluster.RetryAsync(token => FindOnceAsync(cluster, topic, partition, position, token), cancel);

    /// <summary>The same, without repetition.</summary>
    public static async Task<long> FindOnceAsync(
        ClusterClient cluster,
        string topic,
        int partition,
        StartPosition position,
        CancellationToken cancel,
        IsolationLevel isolation = IsolationLevel.ReadUncommitted)
    {
        var offset = await AskAsync(cluster, topic, partition, position.Value, isolation, cancel).ConfigureAwait(false);

        // No record is that young: the next one to come will be the first.
        return offset >= 0
            ? offset
            : await AskAsync(
                cluster, topic, partition, StartPosition.Latest.Value, isolation, cancel).ConfigureAwait(false);
    }

    private static async Task<long> AskAsync(
        ClusterClient cluster,
        string topic,
        int partition,
        long time,
        IsolationLevel isolation,
        CancellationToken cancel)
    {
        var request = new ListOffsetsRequest
        {
            ReplicaId = -1,
            IsolationLevel = (sbyte)isolation,
            Topics =
            [
                new() { Name = topic, Partitions = [new() { PartitionIndex = partition, Timestamp = time }] },
            ],
        };
        var leader = await cluster.LeaderAsync(topic, partition, autoCreate: false, cancel).ConfigureAwait(false);
        var response = await leader.CallAsync<ListOffsetsRequest, ListOffsetsResponse>(request, cancel)
            .ConfigureAwait(false);
        var answer = response.Topics.Where(each => each.Name == topic).SelectMany(each => each.Partitions)
            .FirstOrDefault(each => each.PartitionIndex == partition)
            ?? throw new ProtocolViolationException($"{leader.Address} left {topic}-{partition} out of its answer.");
        if (answer.ErrorCode == ErrorCode.None)
        {
            return answer.Offset;
        }

        cluster.Forget(topic);
        throw new BrokerErrorException(answer.ErrorCode, $"Looking up an offset of {topic}-{partition}");
    }
}
