using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>A log directory of a broker.</summary>
/// <param name="BrokerId">Whose.</param>
/// <param name="Path">Its path on that broker's machine.</param>
/// <param name="Error">Anything but none where the broker cannot use it.</param>
/// <param name="TotalBytes">The volume's size; -1 where the broker is too old to say.</param>
/// <param name="UsableBytes">What of it is free; -1 where the broker is too old to say.</param>
/// <param name="Replicas">The replicas in it.</param>
public sealed record LogDirDescription(
    int BrokerId,
    string Path,
    ErrorCode Error,
    long TotalBytes,
    long UsableBytes,
    IReadOnlyList<ReplicaDescription> Replicas);
