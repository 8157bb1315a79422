using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Background;
using ActorBroker.Broker.Replication;
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
/// <param name="Replication">The ways to other brokers.</param>
/// <param name="Checkpoints">What a start goes by.</param>
internal sealed record PartitionContext(
    int BrokerId,
    BrokerEnvironment Environment,
    LogDirectory Directory,
    WorkerThreads Flushers,
    WorkerThreads Openers,
    ILogger Logger,
    BrokerInstruments Instruments,
    StorageInstruments LogInstruments,
    ReplicationService Replication,
    Checkpoints Checkpoints)
{
    private readonly long _originMs = Environment.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Unix milliseconds.</summary>
    public long NowMs => Environment.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>For deadlines.</summary>
    public MonotonicClock Clock { get; } = new(Environment.Time);

    /// <summary>
    /// Unix milliseconds as they would be had nobody set the clock since the partition was opened: what followers are
    /// measured by must not jump.
    /// </summary>
    public long SteadyMs => _originMs + Clock.NowMs;

    public string PathOf(TopicPartition partition) => Directory.PathOf(partition);
}
