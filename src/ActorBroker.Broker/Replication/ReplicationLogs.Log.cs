using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Replication;

/// <summary>What replication says: changes of in-sync sets, and what hinders them.</summary>
internal static partial class ReplicationLogs
{
    [LoggerMessage(2420, LogLevel.Information, "In sync of partition {Topic}-{Partition} are {Now}, before {Before}")]
    public static partial void InSyncChanged(ILogger logger, string topic, int partition, string before, string now);

    [LoggerMessage(2421, LogLevel.Error, "In-sync sets can't be recorded in the catalogue; trying again")]
    public static partial void ProposalsFailed(ILogger logger, Exception failure);
}
