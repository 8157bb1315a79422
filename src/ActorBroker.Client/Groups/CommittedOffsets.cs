using ActorBroker.Client.Cluster;
using ActorBroker.Client.Consuming;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>
/// Asks for what the group has committed. Partitions that are assigned together are looked up together: who comes while
/// a question is under way shares the next one.
/// </summary>
internal sealed class CommittedOffsets(ClusterClient cluster, CoordinatorLink link, string groupId) : ICommittedOffsets
{
    private const short FirstVersionWithStable = 7;
    private const short FirstVersionWithGroups = 8;

    private readonly Lock _gate = new();
    private List<TopicPartition> _waiting = [];
    private Task<Dictionary<TopicPartition, OffsetAndMetadata?>>? _next;
    private Task _last = Task.CompletedTask;

    public async Task<OffsetAndMetadata?> FindAsync(TopicPartition partition, CancellationToken cancel)
    {
        Task<Dictionary<TopicPartition, OffsetAndMetadata?>> asking;
        lock (_gate)
        {
            _waiting.Add(partition);
            _last = asking = _next ??= AskAfterAsync(_last);
        }

        return (await asking.WaitAsync(cancel).ConfigureAwait(false))[partition];
    }

    /// <summary>What is committed for these partitions; what passes is waited out.</summary>
    public Task<Dictionary<TopicPartition, OffsetAndMetadata?>> FindAllAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancel) =>
        cluster.RetryAsync(token => AskAsync(partitions, token), cancel);

    private async Task<Dictionary<TopicPartition, OffsetAndMetadata?>> AskAfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        List<TopicPartition> partitions;
        lock (_gate)
        {
            partitions = _waiting;
            _waiting = [];
            _next = null;
        }

        return await AskAsync(partitions, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<Dictionary<TopicPartition, OffsetAndMetadata?>> AskAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancel)
    {
        var connection = await link.SharedAsync(cancel).ConfigureAwait(false);
        var version = connection.ChooseVersion<OffsetFetchRequest>();
        var request = NewRequest(partitions, version);
        var response = await connection.CallAsync<OffsetFetchRequest, OffsetFetchResponse>(request, cancel)
            .ConfigureAwait(false);
        var found = new Dictionary<TopicPartition, OffsetAndMetadata?>();
        if (version < FirstVersionWithGroups)
        {
            Check(response.ErrorCode);
            foreach (var topic in response.Topics)
            {
                foreach (var each in topic.Partitions)
                {
                    var id = new TopicPartition(topic.Name ?? "", each.PartitionIndex);
                    found[id] = Read(each.ErrorCode, each.CommittedOffset, each.CommittedLeaderEpoch, each.Metadata);
                }
            }
        }
        else
        {
            var group = response.Groups.FirstOrDefault(each => each.GroupId == groupId)
                ?? throw new ProtocolViolationException($"{connection.Address} left the group out of its answer.");
            Check(group.ErrorCode);
            foreach (var topic in group.Topics)
            {
                foreach (var each in topic.Partitions)
                {
                    var id = new TopicPartition(topic.Name ?? "", each.PartitionIndex);
                    found[id] = Read(each.ErrorCode, each.CommittedOffset, each.CommittedLeaderEpoch, each.Metadata);
                }
            }
        }

        return partitions.All(found.ContainsKey)
            ? found
            : throw new ProtocolViolationException($"{connection.Address} left partitions out of its answer.");
    }

    private OffsetFetchRequest NewRequest(IReadOnlyCollection<TopicPartition> partitions, short version)
    {
        var topics = partitions.Distinct().GroupBy(each => each.Topic, each => each.Partition).ToList();
        if (version < FirstVersionWithGroups)
        {
            return new OffsetFetchRequest
            {
                GroupId = groupId,
                RequireStable = version >= FirstVersionWithStable,
                Topics = [.. topics.Select(topic => new OffsetFetchRequest.OffsetFetchRequestTopic
                {
                    Name = topic.Key, PartitionIndexes = [.. topic],
                })],
            };
        }

        return new OffsetFetchRequest
        {
            RequireStable = true,
            Groups =
            [
                new()
                {
                    GroupId = groupId,
                    Topics = [.. topics.Select(topic => new OffsetFetchRequest.OffsetFetchRequestTopics
                    {
                        Name = topic.Key, PartitionIndexes = [.. topic],
                    })],
                },
            ],
        };
    }

    private OffsetAndMetadata? Read(ErrorCode code, long offset, int epoch, string? metadata)
    {
        Check(code);
        return offset >= 0 ? new OffsetAndMetadata(offset, epoch, metadata ?? "") : null;
    }

    private void Check(ErrorCode code)
    {
        if (code != ErrorCode.None)
        {
            link.Refuse(code, "Asking for committed offsets");
        }
    }
}
