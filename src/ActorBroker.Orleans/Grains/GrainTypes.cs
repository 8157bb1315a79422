namespace ActorBroker.Orleans.Grains;

/// <summary>
/// The names of the grains that belong to a certain broker's silo: by them it is known what a key means.
/// </summary>
internal static class GrainTypes
{
    public const string Partition = "actorbroker.partition";
    public const string Replica = "actorbroker.replica";
    public const string Connection = "actorbroker.connection";
    public const string ConsumerGroup = "actorbroker.group";
}
