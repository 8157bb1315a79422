namespace ActorBroker.Client.Groups;

/// <summary>As whom a member commits: its id, and its classic generation or its KIP-848 epoch.</summary>
internal sealed record MemberIdentity(string MemberId, int Generation, string? InstanceId)
{
    /// <summary>A consumer that was assigned its partitions by hand.</summary>
    public static MemberIdentity Nobody { get; } = new("", -1, null);
}
