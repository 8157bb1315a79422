using ActorBroker.Protocol;

namespace ActorBroker.Core.Groups.Records;

/// <summary>
/// One record of <c>__consumer_offsets</c>, in Kafka's stored format. The key's type tells what it is.
/// </summary>
/// <param name="Key">The key, e.g. an <c>OffsetCommitKey</c>.</param>
/// <param name="Value">The value that belongs to it; null deletes (a tombstone).</param>
public readonly record struct GroupRecord(IApiMessage Key, IApiMessage? Value);
