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
        "Where /metrics, /health/live, /health/ready and /api are served: http://host:port; port 0 takes any free one, "
        + "empty turns HTTP off. Not a Kafka setting.");

    public static readonly ConfigKey<int> MetricsTopicsMax = Keys.Broker.Int(
        "metrics.topics.max", 1000, AtLeast(0), ReadOnly,
        "How many topics metrics tell apart by name; the others are counted together. Not a Kafka setting.");

    public static readonly ConfigKey<int> MetricsGroupsMax = Keys.Broker.Int(
        "metrics.groups.max", 1000, AtLeast(0), ReadOnly,
        "How many groups, and pairs of group and topic, metrics tell apart by name; the others are counted together. "
        + "Not a Kafka setting.");

    public static readonly ConfigKey<string> OtlpEndpoint = Keys.Broker.String(
        "otlp.endpoint", "", WebAddressOrNothing(), ReadOnly,
        "Where metrics are sent by OpenTelemetry's protocol, e.g. http://127.0.0.1:4318; empty: nowhere. The "
        + "environment variable OTEL_EXPORTER_OTLP_ENDPOINT sets it too. Not a Kafka setting.");

    public static readonly ConfigKey<string> OtlpProtocol = Keys.Broker.String(
        "otlp.protocol", "http/protobuf", OneOf("http/protobuf", "grpc"), ReadOnly,
        "How metrics are sent to otlp.endpoint. The environment variable OTEL_EXPORTER_OTLP_PROTOCOL sets it too. Not "
        + "a Kafka setting.");
}
