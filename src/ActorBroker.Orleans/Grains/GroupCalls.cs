using System.Collections.Immutable;
using System.Text;
using ActorBroker.Records;

namespace ActorBroker.Orleans.Grains;

/// <summary>
/// What a call must look like before a group is asked. Over the wire nothing else can be said; here it can, and in the
/// coordinator it would take all of its groups down.
/// </summary>
internal static class GroupCalls
{
    /// <summary>What Kafka's formats have room for; over the wire no text is longer.</summary>
    public const int TextBytesMax = short.MaxValue;

    /// <summary>The text is there, and not too long.</summary>
    public static bool IsStorable(string? text) => text is not null && Encoding.UTF8.GetByteCount(text) <= TextBytesMax;

    /// <summary>It names a member, or says that there is no name yet.</summary>
    public static bool IsWellFormed(in GroupMemberName member) =>
        IsStorable(member.MemberId) && IsStorableOrAbsent(member.InstanceId);

    /// <summary>All that it names can be stored.</summary>
    public static bool IsWellFormed(JoinGroup join) =>
        IsWellFormed(join.Member) && IsStorable(join.ClientId) && IsStorableOrAbsent(join.RackId) &&
        AreAll(join.Topics, IsStorable) && AreAll(join.Assignors, static name => name is not null) &&
        AreAll(join.Owned, static owned => IsStorable(owned.Topic));

    /// <summary>All that it names can be stored.</summary>
    public static bool IsWellFormed(CommitOffsets commit) =>
        IsWellFormed(commit.Member) && AreAll(commit.Offsets, static each => IsStorable(each.Partition.Topic));

    /// <summary>These are partitions' names.</summary>
    public static bool AreWellFormed(ImmutableArray<TopicPartition> partitions) =>
        AreAll(partitions, static partition => IsStorable(partition.Topic));

    private static bool IsStorableOrAbsent(string? text) => text is null || IsStorable(text);

    private static bool AreAll<T>(ImmutableArray<T> values, Func<T, bool> isSo) =>
        !values.IsDefault && values.All(isSo);
}
