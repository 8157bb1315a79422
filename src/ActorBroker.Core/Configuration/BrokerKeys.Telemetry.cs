using static ActorBroker.Core.Configuration.Allow;
using static ActorBroker.Core.Configuration.ConfigScope;
using Keys = ActorBroker.Core.Configuration.BrokerKeySets;

namespace ActorBroker.Core.Configuration;

#pragma warning disable CS1591 // Each key carries its own sentence: a second one above it could only disagree.

/// <content>What the broker tells about itself: metrics and health. None of these is a Kafka setting.</content>
public static partial class BrokerKeys
{
    public static readonly ConfigKey<string> HttpListener = Keys.Broker.String(
        "http.listener", "http://127.0.0.1:9644", null, ReadOnly,
        "Where /metrics, /health/live and /health/ready are served: http://host:port; port 0 takes any free one, empty "
        + "turns HTTP off. Not a Kafka setting.");

    public static readonly ConfigKey<int> MetricsTopicsMax = Keys.Broker.Int(
        "metrics.topics.max", 1000, AtLeast(0), ReadOnly,
        "How many topics metrics tell apart by name; the others are counted together. Not a Kafka setting.");
}
