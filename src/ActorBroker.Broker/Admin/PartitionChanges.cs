using ActorBroker.Broker.Catalogue;
using ActorBroker.Core.Catalogue;
using ActorBroker.Records;

namespace ActorBroker.Broker.Admin;

/// <summary>
/// Changes partitions as administrators ask for it, topic by topic: all of one topic are one version of its document.
/// </summary>
internal sealed class PartitionChanges(BrokerState state, CatalogueWriter writer)
{
    /// <param name="requests">One for each partition.</param>
    /// <param name="nameOf">Which partition.</param>
    /// <param name="change">What becomes of it.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>Results in the order of the request.</returns>
    public Task<IReadOnlyList<PartitionOutcome>> ChangeAsync<T>(
        IReadOnlyList<T> requests,
        Func<T, TopicPartition> nameOf,
        Func<PartitionState, T, ElectionSettings, PartitionChange> change,
        CancellationToken cancel) => writer.RunAsync<IReadOnlyList<PartitionOutcome>>(
        () =>
        {
            var byTopic = Enumerable.Range(0, requests.Count).GroupBy(at => nameOf(requests[at]).Topic);
            var outcomes = new PartitionOutcome[requests.Count];
            foreach (var topic in byTopic)
            {
                int[] indexes = [.. topic];
                var names = Array.ConvertAll(indexes, at => nameOf(requests[at]));
                var results = CatalogueWriter.Retry((out PartitionOutcome[] tried) => TryChange(
                    topic.Key, names, (at, now, settings) => change(now, requests[indexes[at]], settings), out tried));
                for (var index = 0; index < indexes.Length; index++)
                {
                    outcomes[indexes[index]] = results[index];
                }
            }

            return outcomes;
        },
        cancel);

    /// <summary>The partition, if the topic has it.</summary>
    public static PartitionState? StateOf(TopicDocument? topic, TopicPartition name) =>
        topic is not null && name.Partition >= 0 && name.Partition < topic.Partitions.Length
            ? topic.Partitions[name.Partition]
            : null;

    private bool TryChange(
        string name,
        TopicPartition[] partitions,
        Func<int, PartitionState, ElectionSettings, PartitionChange> change,
        out PartitionOutcome[] outcomes)
    {
        try
        {
            outcomes = new PartitionOutcome[partitions.Length];
            var topic = state.Catalogue.ReadTopic(name);
            if (Changed(topic, partitions, change, outcomes) is not { } next)
            {
                return true;
            }

            if (state.Catalogue.TryWriteTopic(next))
            {
                writer.Settle(ClusterCatalogue.TopicKey(name));
                return true;
            }

            outcomes = All(ErrorCode.InvalidUpdateVersion, "the topic changed meanwhile: try again");
            return false;
        }
        catch (Exception failure) when (CatalogueWriter.IsStorageFault(failure))
        {
            outcomes = All(ErrorCode.KafkaStorageError, failure.Message);
            return true;
        }

        PartitionOutcome[] All(ErrorCode error, string message) =>
            Array.ConvertAll(partitions, partition => new PartitionOutcome(partition, error, message));
    }

    /// <summary>The topic's next version; null where nothing changes.</summary>
    private TopicDocument? Changed(
        TopicDocument? topic,
        TopicPartition[] names,
        Func<int, PartitionState, ElectionSettings, PartitionChange> change,
        PartitionOutcome[] outcomes)
    {
        var partitions = topic?.Partitions ?? [];
        for (var at = 0; at < names.Length; at++)
        {
            if (StateOf(topic, names[at]) is not { } now)
            {
                outcomes[at] = new PartitionOutcome(
                    names[at], ErrorCode.UnknownTopicOrPartition, "there is no such partition");
                continue;
            }

            var config = state.Config.ForTopic(topic!.Configs);
            var changed = change(at, now, new ElectionSettings(config.MinInsyncReplicas, config.UncleanLeaderElection));
            outcomes[at] = new PartitionOutcome(names[at], changed.Error, changed.Message);
            partitions = partitions.SetItem(names[at].Partition, changed.State ?? now);
        }

        return topic is null || partitions.AsSpan().SequenceEqual(topic.Partitions.AsSpan())
            ? null
            : topic with { Version = topic.Version + 1, Partitions = partitions };
    }
}
