using System.Collections.Concurrent;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests.Groups;

/// <summary>What a member was told by its group, in order.</summary>
internal sealed class GroupLog
{
    private readonly ConcurrentQueue<string> _events = new();

    public IReadOnlyList<string> Events => [.. _events];

    public RebalanceHandlers Handlers => new()
    {
        Assigned = (partitions, _) => Add("assigned", partitions),
        Revoked = (partitions, _) => Add("revoked", partitions),
        Lost = (partitions, _) => Add("lost", partitions),
    };

    private ValueTask Add(string what, IEnumerable<TopicPartition> partitions)
    {
        _events.Enqueue($"{what} {string.Join(' ', partitions.Select(each => each.Partition).Order())}");
        return ValueTask.CompletedTask;
    }
}
