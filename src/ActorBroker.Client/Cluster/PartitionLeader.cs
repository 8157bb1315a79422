using ActorBroker.Client.Networking;

namespace ActorBroker.Client.Cluster;

/// <summary>Who leads a partition, by the newest metadata.</summary>
internal readonly record struct PartitionLeader(BrokerAddress Address, int Epoch, Guid TopicId);
