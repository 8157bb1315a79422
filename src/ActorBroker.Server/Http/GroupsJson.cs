// The shapes of /api/groups. Names on the wire are these in camel case; a null is something that is not known.
using System.Text.Json.Serialization;

namespace ActorBroker.Server.Http;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GroupListJson))]
[JsonSerializable(typeof(GroupJson))]
[JsonSerializable(typeof(ErrorJson))]
internal sealed partial class GroupsJson : JsonSerializerContext;

/// <summary>A page of groups.</summary>
/// <param name="Groups">In ordinal order of their ids.</param>
/// <param name="Next">What the next page is to be asked <c>after</c>; null on the last one.</param>
/// <param name="Loading">Some groups are not known yet, since their coordinator reads its log.</param>
internal sealed record GroupListJson(IReadOnlyList<ListedGroupJson> Groups, string? Next, bool Loading);

internal sealed record ListedGroupJson(
    string GroupId, string Type, string State, string ProtocolType, int Members, long LagRecords, double? LagSeconds);

internal sealed record GroupJson(
    string GroupId,
    string Type,
    string State,
    string ProtocolType,
    string Assignor,
    long LagRecords,
    double? LagSeconds,
    IReadOnlyList<MemberJson> Members,
    IReadOnlyList<PartitionJson> Partitions,
    bool Truncated);

internal sealed record MemberJson(
    string MemberId, string? InstanceId, string ClientId, string Host, int AssignedPartitions);

internal sealed record PartitionJson(
    string Topic,
    int Partition,
    string? MemberId,
    long? CommittedOffset,
    long? CommittedAtMs,
    string Metadata,
    long? LogStartOffset,
    long? EndOffset,
    long? LagRecords,
    double? LagSeconds);

internal sealed record ErrorJson(string Error);
