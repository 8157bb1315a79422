using ActorBroker.Broker.Actors;
using ActorBroker.Records;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Partitions;

/// <summary>What a partition actor needs of its broker.</summary>
/// <param name="BrokerId">This broker.</param>
/// <param name="Environment">Clock, disk and loggers.</param>
/// <param name="Directory">The log directory that holds the partition.</param>
/// <param name="Flushers">Threads for fsync and closing.</param>
/// <param name="Openers">Threads for opening logs, as many as recovery may take.</param>
/// <param name="Logger">The broker's logger.</param>
/// <param name="Instruments">What the broker measures.</param>
/// <param name="LogInstruments">What its logs measure.</param>
internal sealed record PartitionContext(
    int BrokerId,
    BrokerEnvironment Environment,
    LogDirectory Directory,
    WorkerThreads Flushers,
    WorkerThreads Openers,
    ILogger Logger,
    BrokerInstruments Instruments,
    StorageInstruments LogInstruments)
{
    /// <summary>Unix milliseconds.</summary>
    public long NowMs => Environment.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>For deadlines.</summary>
    public MonotonicClock Clock { get; } = new(Environment.Time);

    public string PathOf(TopicPartition partition) => Directory.PathOf(partition);
}
