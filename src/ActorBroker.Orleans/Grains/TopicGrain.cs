using System.Collections.Immutable;
using ActorBroker.Broker;
using ActorBroker.Broker.Admin;
using ActorBroker.Broker.Cluster;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Topics;
using ActorBroker.Orleans.Hosting;
using Orleans.Concurrency;
using Orleans.Placement;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Grains;

/// <summary>
/// Hands calls to this silo's broker. One activation for all callers: what it has answered, its broker knows, and so
/// who describes a topic that was created through it finds it.
/// </summary>
[Reentrant]
[PreferLocalPlacement]
[GrainType("actorbroker.topic")]
internal sealed class TopicGrain(SiloBroker broker) : AdminGrain(broker), ITopicGrain
{
    private string Name => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public Task<TopicAnswer> CreateAsync(TopicCreation creation) => ChangeAsync(async node =>
    {
        var assignments = creation.Assignments.IsDefaultOrEmpty
            ? null
            : Enumerable.Range(0, creation.Assignments.Length).ToDictionary(
                static index => index, index => creation.Assignments[index].ToArray());
        var topic = new NewTopic(
            Name, creation.Partitions, creation.ReplicationFactor, assignments, creation.Configs);
        return Answer((await node.Topics.CreateAsync([topic], creation.ValidateOnly, CancellationToken.None))[0]);
    });

    /// <inheritdoc/>
    public Task<TopicDescription> DescribeAsync() => AskAsync(
        node => Task.FromResult(Describe(node)), static error => new TopicDescription { Error = error });

    /// <inheritdoc/>
    public Task<TopicAnswer> AlterAsync(TopicChange change) => ChangeAsync(async node =>
    {
        var answer = await AlterAsync(node, change, validateOnly: true);
        return answer.Error != ErrorCode.None || change.ValidateOnly
            ? answer
            : await AlterAsync(node, change, validateOnly: false);
    });

    /// <inheritdoc/>
    public Task<TopicAnswer> DeleteAsync() => ChangeAsync(async node =>
        Answer((await node.Topics.DeleteAsync([new TopicRef(Name, Guid.Empty)], CancellationToken.None))[0]));

    private Task<TopicAnswer> ChangeAsync(Func<BrokerNode, Task<TopicAnswer>> change) =>
        AskAsync(change, static error => new TopicAnswer(error));

    private async Task<TopicAnswer> AlterAsync(BrokerNode node, TopicChange change, bool validateOnly)
    {
        if (!change.Configs.IsDefaultOrEmpty)
        {
            var configs = await node.Configs.AlterTopicAsync(
                Name,
                [
                    .. change.Configs.Select(static each => new ConfigChange(
                        each.Name, (ConfigOperation)each.Operation, each.Value)),
                ],
                replaceAll: false, validateOnly, CancellationToken.None);
            if (configs.Error != ErrorCode.None)
            {
                return new TopicAnswer(configs.Error, configs.Message);
            }
        }

        if (change.Partitions is not { } count)
        {
            var found = Answer(node.Topics.Find(Name));
            return change.Assignments.IsDefaultOrEmpty
                ? found
                : new TopicAnswer(ErrorCode.InvalidRequest, "there are assignments, and no partitions", found.TopicId);
        }

        int[][]? assignments = change.Assignments.IsDefaultOrEmpty
            ? null
            : [.. change.Assignments.Select(static brokers => brokers.ToArray())];
        return Answer((await node.Topics.GrowAsync(
            [new TopicGrowth(Name, count, assignments)], validateOnly, CancellationToken.None))[0]);
    }

    private TopicDescription Describe(BrokerNode node)
    {
        var found = node.Topics.Find(Name);
        if (found.Document is not { } topic)
        {
            return new TopicDescription { Error = found.Error, Message = found.Message };
        }

        var cluster = node.Cluster;
        return new TopicDescription
        {
            Error = ErrorCode.None,
            TopicId = topic.Id,
            IsInternal = TopicNames.IsInternal(topic.Name),
            Partitions = [.. topic.Partitions.Select((partition, index) => Describe(index, partition, cluster))],
            Configs = topic.Configs.ToImmutableDictionary(),
        };
    }

    private static TopicPartitionDescription Describe(int index, PartitionState partition, ClusterImage cluster) => new(
        index,
        cluster.Brokers.ContainsKey(partition.Leader) ? partition.Leader : -1,
        partition.LeaderEpoch,
        partition.Replicas,
        partition.InSync,
        [.. partition.Replicas.Where(replica => !cluster.Brokers.ContainsKey(replica))]);

    private static TopicAnswer Answer(TopicResult result) => new(result.Error, result.Message, result.Id);
}
