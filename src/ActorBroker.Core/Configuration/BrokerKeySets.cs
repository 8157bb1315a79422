namespace ActorBroker.Core.Configuration;

/// <summary>
/// The sets that <see cref="BrokerKeys"/>, <see cref="AcceptedKeys"/>, <see cref="RefusedKeys"/>,
/// <see cref="TopicKeys"/> and <see cref="GroupKeys"/> declare their keys into. They live apart from the declarations,
/// so that the order in which a class's parts are initialised doesn't matter.
/// </summary>
internal static class BrokerKeySets
{
    public static readonly ConfigKeySet Broker = new();
    public static readonly ConfigKeySet Topic = new();
    public static readonly ConfigKeySet Group = new();

    public static readonly ConfigKeySet Later = new(
        ConfigSupport.Ignored, "accepted, but what it tunes is not part of this version");

    public static readonly ConfigKeySet NotNeeded = new(
        ConfigSupport.Ignored, "accepted, but this broker is built differently and has nothing that it would tune");

    public static readonly ConfigKeySet TopicIgnored = new(
        ConfigSupport.Ignored, "accepted, but what it tunes is not part of this version");

    public static readonly ConfigKeySet NoQuorum = new(
        ConfigSupport.Ignored,
            "accepted, but this broker has neither a KRaft quorum nor ZooKeeper: its catalogue is its own");

    public static readonly ConfigKeySet Refused = new(
        ConfigSupport.Refused, "not supported yet; the broker would run without the protection that it asks for");

    public static readonly ConfigKeySet TopicRefused = new(ConfigSupport.Refused,
        "tiered storage is not supported yet");
}
