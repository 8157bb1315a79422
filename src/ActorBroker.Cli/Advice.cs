using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli;

/// <summary>Says behind a failure what its reader can do about it.</summary>
internal static class Advice
{
    public static string Describe(Exception failure) =>
        For(failure) is { } advice ? $"{Closed(failure.Message)} {advice}" : failure.Message;

    /// <summary>A broker's own words may end without a full stop.</summary>
    private static string Closed(string message) => message.EndsWith('.') || message.EndsWith('?')
        ? message
        : message + ".";

    private static string? For(Exception failure) => failure switch
    {
        ConnectionFailedException => $"{Connection.Bootstrap.Name} names the broker to ask.",
        BrokerErrorException refusal => For(refusal.Code),
        _ => null,
    };

    private static string? For(ErrorCode code) => code switch
    {
        ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId =>
            "See 'actorbroker topics list' for what there is, or create it by 'actorbroker topics create'.",
        ErrorCode.TopicAlreadyExists =>
            "Choose another name, say --if-not-exists, or change the topic by 'actorbroker topics alter'.",
        ErrorCode.OffsetOutOfRange => "See 'actorbroker offsets' for what is there.",
        ErrorCode.MessageTooLarge =>
            "Make records smaller, or raise the topic's max.message.bytes by 'actorbroker configs alter'.",
        ErrorCode.InvalidReplicationFactor => "See 'actorbroker cluster describe' for the brokers that there are.",
        ErrorCode.InvalidReplicaAssignment =>
            "See 'actorbroker cluster describe' for the brokers that there are; each may be named once.",
        ErrorCode.NoReassignmentInProgress => "See 'actorbroker partitions moves' for what is on the move.",
        ErrorCode.BrokerIdNotRegistered => "See 'actorbroker cluster describe' for the brokers that there are.",
        ErrorCode.NotEnoughReplicas or ErrorCode.NotEnoughReplicasAfterAppend =>
            "Too few replicas are in sync: see 'actorbroker cluster describe' for what lacks which broker.",
        ErrorCode.GroupIdNotFound => "See 'actorbroker groups list' for what there is.",
        ErrorCode.NonEmptyGroup or ErrorCode.UnknownMemberId or ErrorCode.GroupSubscribedToTopic =>
            "Stop the group's members first: 'actorbroker groups describe' shows them.",
        _ => null,
    };
}
