using System.Collections.Immutable;
using System.Globalization;
using ActorBroker.Broker.Admin;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Topics;
using ActorBroker.Records;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Groups;

/// <summary>Creates <c>__consumer_offsets</c> when somebody first asks for a group's coordinator.</summary>
internal sealed class OffsetsTopic(BrokerState state, TopicService topics, ILogger logger)
{
    /// <summary>NONE when the topic is there.</summary>
    public async Task<(ErrorCode Error, string? Message)> EnsureAsync(CancellationToken cancel)
    {
        if (state.Cluster.Image.TopicsByName.ContainsKey(TopicNames.ConsumerOffsets))
        {
            return (ErrorCode.None, null);
        }

        try
        {
            var topic = Describe(state.Config, state.Cluster.Image.Registered.Count);
            var results = await topics.CreateAsync([topic], validateOnly: false, cancel).ConfigureAwait(false);
            var result = results[0];
            if (result.Error == ErrorCode.None)
            {
                GroupLogs.TopicCreated(logger, topic.Partitions, topic.ReplicationFactor);
            }
            else if (result.Error != ErrorCode.TopicAlreadyExists)
            {
                GroupLogs.TopicRefused(logger, result.Error, result.Message);
                return (result.Error, result.Message);
            }

            return (ErrorCode.None, null);
        }
        catch (OperationCanceledException)
        {
            return (ErrorCode.CoordinatorNotAvailable, "the broker stops");
        }
    }

    /// <summary>
    /// The topic as Kafka makes it; a cluster of fewer brokers than replicas gets what there is. Brokers that are just
    /// not there are waited for: the topic is made once, and lives long.
    /// </summary>
    public static NewTopic Describe(BrokerConfig config, int brokers) => new(
        TopicNames.ConsumerOffsets,
        config.Get(BrokerKeys.OffsetsTopicNumPartitions),
        Math.Min(config.Get(BrokerKeys.OffsetsTopicReplicationFactor), Math.Max(1, brokers)),
        null,
        new Dictionary<string, string?>
        {
            ["cleanup.policy"] = "compact",
            ["compression.type"] = "producer",
            ["segment.bytes"] = config.Get(BrokerKeys.OffsetsTopicSegmentBytes).ToString(CultureInfo.InvariantCulture),
        }.ToImmutableDictionary());
}
