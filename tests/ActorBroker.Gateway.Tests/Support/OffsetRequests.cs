using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Tests.Support;

/// <summary>Requests about committed offsets, in the shape of a version.</summary>
internal static class OffsetRequests
{
    /// <summary>A commit without a generation.</summary>
    public static OffsetCommitRequest Commit(
        string group, string topic, int partition, long offset, string? metadata = null) => new()
        {
            GroupId = group,
            GroupInstanceId = null,
            Topics =
            [
                new()
                {
                    Name = topic,
                    Partitions =
                    [
                        new()
                        {
                            PartitionIndex = partition, CommittedOffset = offset, CommittedMetadata = metadata,
                        },
                    ],
                },
            ],
        };

    /// <summary>Partition 0 of the topic; all offsets of the group where no topic is named.</summary>
    public static OffsetFetchRequest Fetch(short version, string group, string? topic)
    {
        if (version >= 8)
        {
            return new OffsetFetchRequest
            {
                Groups =
                [
                    new()
                    {
                        GroupId = group,
                        MemberId = null,
                        Topics = topic is null ? null : [new() { Name = topic, PartitionIndexes = [0] }],
                    },
                ],
            };
        }

        return new OffsetFetchRequest
        {
            GroupId = group,
            Topics = topic is null ? null : [new() { Name = topic, PartitionIndexes = [0] }],
        };
    }
}
