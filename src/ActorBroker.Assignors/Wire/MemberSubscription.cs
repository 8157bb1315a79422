// What a member of a classic consumer group sends in JoinGroup. Three things can hide in these bytes, by version and by
// assignor: what the member owned is in OwnedPartitions (v1+), or in the user data of the sticky assignor, and its
// generation in GenerationId (v2+) or in user data. Readers take higher versions for the highest they know.
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Assignors.Wire;

/// <summary>A member's subscription: <c>ConsumerProtocolSubscription</c> with its version before it.</summary>
public sealed record MemberSubscription
{
    /// <summary>The newest version that is written, with the member's rack (KIP-881).</summary>
    public const short HighestVersion = 3;

    /// <summary>The version that was read.</summary>
    public short Version { get; init; } = HighestVersion;

    /// <summary>What the member wants to read.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>The assignor's own bytes, or null. When read: a slice of the input.</summary>
    public ReadOnlyMemory<byte>? UserData { get; init; }

    /// <summary>What the member owns while it joins (v1+).</summary>
    public IReadOnlyList<TopicPartition> Owned { get; init; } = [];

    /// <summary>The generation in which it came to own that (v2+); -1 unknown.</summary>
    public int Generation { get; init; } = -1;

    /// <summary>Its rack, or null (v3+).</summary>
    public string? RackId { get; init; }

    /// <summary>What a member sends that uses this assignor.</summary>
    /// <param name="assignor">The assignor; its name decides what goes into user data.</param>
    /// <param name="topics">What the member subscribes to.</param>
    /// <param name="owned">What it owns, or owned before it gave everything up to join.</param>
    /// <param name="generation">The generation of that; -1 for none.</param>
    /// <param name="rackId">Its rack, or null.</param>
    public static MemberSubscription For(
        IPartitionAssignor assignor,
        IReadOnlyList<string> topics,
        IReadOnlyList<TopicPartition> owned,
        int generation,
        string? rackId) => new()
        {
            Topics = topics,
            Owned = assignor.IsCooperative ? owned : [],
            Generation = generation,
            RackId = rackId,
            UserData = assignor.Name switch
            {
                "sticky" when owned.Count > 0 => StickyUserData.Write(owned, generation),
                "cooperative-sticky" => StickyUserData.WriteGeneration(generation),
                _ => null,
            },
        };

    /// <summary>Reads a subscription; false for bytes that are none.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out MemberSubscription subscription)
    {
        subscription = new MemberSubscription();
        var reader = new KafkaReader(bytes);
        var version = reader.ReadInt16();
        if (reader.Faulted || version < 0)
        {
            return false;
        }

        // Some clients write a version in front and leave out the fields that it added.
        for (var fields = Math.Min(version, HighestVersion); fields >= 0; fields--)
        {
            reader = new KafkaReader(bytes[sizeof(short)..]);
            var message = ConsumerProtocolSubscription.Read(ref reader, fields);
            if (!reader.Faulted)
            {
                subscription = Of(message, version);
                return true;
            }
        }

        return false;
    }

    /// <summary>The bytes, in the highest version.</summary>
    public byte[] Write()
    {
        var message = new ConsumerProtocolSubscription
        {
            UserData = UserData,
            GenerationId = Generation,
            RackId = RackId,
        };
        message.Topics.AddRange(Topics);
        foreach (var (topic, partitions) in PartitionLists.ByTopic(Owned))
        {
            var owned = new ConsumerProtocolSubscription.TopicPartition { Topic = topic };
            owned.Partitions.AddRange(partitions);
            message.OwnedPartitions.Add(owned);
        }

        using var writer = new KafkaWriter();
        writer.WriteInt16(HighestVersion);
        message.Write(writer, HighestVersion);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>The member as this assignor sees it; user data that cannot be read is passed over.</summary>
    public GroupMember ToMember(IPartitionAssignor assignor, string memberId, string? instanceId)
    {
        var (owned, generation) = (Owned, Generation);
        if (assignor.Name == "sticky")
        {
            _ = StickyUserData.TryRead(UserData, out owned, out generation);
        }
        else if (assignor.Name == "cooperative-sticky" && Version < 2)
        {
            generation = StickyUserData.ReadGeneration(UserData);
        }

        return new GroupMember(memberId, Topics)
        {
            InstanceId = instanceId,
            RackId = RackId,
            Owned = owned,
            Generation = generation,
        };
    }

    private static MemberSubscription Of(ConsumerProtocolSubscription message, short version) => new()
    {
        Version = version,
        Topics = message.Topics,
        UserData = message.UserData,
        Owned = PartitionLists.Flatten(message.OwnedPartitions, owned => owned.Topic, owned => owned.Partitions),
        Generation = message.GenerationId,
        RackId = message.RackId,
    };
}
