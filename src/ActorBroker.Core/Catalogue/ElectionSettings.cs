namespace ActorBroker.Core.Catalogue;

/// <summary>The settings of a topic that elections go by.</summary>
/// <param name="MinInsyncReplicas"><c>min.insync.replicas</c> in force.</param>
/// <param name="UncleanElections"><c>unclean.leader.election.enable</c> in force: where nobody is left who holds every
/// committed record, any live replica may lead.</param>
public readonly record struct ElectionSettings(int MinInsyncReplicas, bool UncleanElections = false);
