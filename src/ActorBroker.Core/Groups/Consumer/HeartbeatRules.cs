using ActorBroker.Assignors;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups.Consumer;

/// <summary>What a heartbeat must have to be looked at, whatever the group.</summary>
internal static class HeartbeatRules
{
    /// <summary>The error and the words for it; null where there is nothing to say against it.</summary>
    public static (ErrorCode Error, string Message)? Check(ConsumerHeartbeatCommand command, GroupSettings settings)
    {
        var invalid = command.GroupId.Length == 0 ? "GroupId can't be empty."
            : command.InstanceId is "" ? "InstanceId can't be empty."
            : command.RackId is "" ? "RackId can't be empty."
            : command.MemberEpoch == 0 ? CheckJoin(command)
            : command.MemberId.Length == 0 ? "MemberId can't be empty."
            : command.MemberEpoch < ConsumerMember.AwayEpoch ? "MemberEpoch is invalid."
            : command is { MemberEpoch: ConsumerMember.AwayEpoch, InstanceId: null } ? "InstanceId can't be null."
            : null;
        invalid ??= CheckStored(command, settings);
        if (!StoredText.Fits(command.GroupId))
        {
            return (ErrorCode.InvalidGroupId, "GroupId is too long.");
        }

        if (invalid is not null)
        {
            return (ErrorCode.InvalidRequest, invalid);
        }

        if (command.ServerAssignor is { } assignor &&
            (!settings.ConsumerAssignors.Contains(assignor) || PartitionAssignors.FindServer(assignor) is null))
        {
            return (ErrorCode.UnsupportedAssignor,
                $"ServerAssignor {assignor} is not supported; these are: " +
                string.Join(", ", settings.ConsumerAssignors) + ".");
        }

        return null;
    }

    /// <summary>A member's subscription is one record, and a member that takes another's place stores more.</summary>
    private static string? CheckStored(ConsumerHeartbeatCommand command, GroupSettings settings)
    {
        var names = command.TopicNames ?? [];
        return !StoredText.Fits(new MemberName(command.MemberId, command.InstanceId), command.Client) ||
            !StoredText.Fits(command.RackId) || !StoredText.Fits(command.TopicRegex) || !names.All(StoredText.Fits)
                ? "A name is too long."
            : names.Sum(static name => 3L + StoredText.SizeOf(name)) > settings.DecisionBytesMax / 4
                ? "SubscribedTopicNames are too many."
            : null;
    }

    private static string? CheckJoin(ConsumerHeartbeatCommand command) =>
        command.RebalanceTimeoutMs < 0 ? "RebalanceTimeoutMs must be set to join."
        : command.Owned is not { Count: 0 } ? "TopicPartitions must be empty to join."
        : command.TopicNames is not { Count: > 0 } && string.IsNullOrEmpty(command.TopicRegex)
            ? "SubscribedTopicNames or SubscribedTopicRegex must be set to join."
        : null;

    /// <summary>Whether the expression is one.</summary>
    public static (ErrorCode Error, string Message) CheckPattern(string expression, out TopicPattern? pattern) =>
        TopicPattern.TryParse(expression, out pattern, out var problem)
            ? (ErrorCode.None, "")
            : (ErrorCode.InvalidRegularExpression,
                $"SubscribedTopicRegex `{expression}` is not a valid regular expression: {problem}.");
}
