using ActorBroker.Broker;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// DescribeLogDirs v0-4: every log directory with the replicas asked for (null: all); v4 with the volume's size.
/// </summary>
internal sealed class DescribeLogDirsHandler(HandlerContext context)
    : ApiHandler<DescribeLogDirsRequest, DescribeLogDirsResponse>
{
    protected override ValueTask<DescribeLogDirsResponse> AnswerAsync(
        DescribeLogDirsRequest message, RequestContext request)
    {
        var wanted = message.Topics?
            .SelectMany(topic => topic.Partitions.Select(partition => (topic.Topic, partition)))
            .ToHashSet();
        return new(new DescribeLogDirsResponse
        {
            Results = [.. context.Node.DescribeLogDirs().Select(directory => Row(directory, wanted))],
        });
    }

    private static DescribeLogDirsResponse.DescribeLogDirsResult Row(
        LogDirDescription directory, HashSet<(string, int)>? wanted)
    {
        var topics = directory.Partitions
            .Where(replica => wanted is null ||
                wanted.Contains((replica.Partition.Topic, replica.Partition.Partition)))
            .GroupBy(replica => replica.Partition.Topic)
            .Select(replicas => new DescribeLogDirsResponse.DescribeLogDirsTopic
            {
                Name = replicas.Key,
                Partitions = [.. replicas.Select(Replica)],
            });
        return new DescribeLogDirsResponse.DescribeLogDirsResult
        {
            ErrorCode = directory.Error,
            LogDir = directory.Path,
            Topics = [.. topics],
            TotalBytes = directory.TotalBytes,
            UsableBytes = directory.UsableBytes,
        };
    }

    private static DescribeLogDirsResponse.DescribeLogDirsPartition Replica(ReplicaDescription replica) => new()
    {
        PartitionIndex = replica.Partition.Partition,
        PartitionSize = replica.SizeBytes,
        OffsetLag = replica.OffsetLag,
        IsFutureKey = replica.IsFuture,
    };
}
