using ActorBroker.Records;

namespace ActorBroker.Core.Catalogue;

/// <summary>What an administrator's request makes of a partition, or why it can't.</summary>
/// <param name="State">The next state; null when refused.</param>
/// <param name="Error">None, or the code for the client.</param>
/// <param name="Message">The reason in words.</param>
public readonly record struct PartitionChange(PartitionState? State, ErrorCode Error, string? Message)
{
    internal static PartitionChange To(PartitionState state) => new(state, ErrorCode.None, null);

    internal static PartitionChange Refused(ErrorCode error, string message) => new(null, error, message);
}
