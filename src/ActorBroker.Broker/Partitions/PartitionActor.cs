// The shell around one machine, a LeaderMachine or a FollowerMachine. A turn takes everything that waits (a leader's
// produces, or what another broker's leader sends), lets the machine decide, and appends what it took with one gathered
// write; only then is anything answered, or sent on to followers. Fsyncs, openings and closings run on worker threads
// and come back as items of the mailbox, as followers' answers do. Nothing is rolled back: after a failed write, a
// failed fsync or a broken invariant the log, the machine and the producers are dropped and opened anew.
using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Replication;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Replication;
using ActorBroker.Records;

namespace ActorBroker.Broker.Partitions;

/// <summary>One local replica.</summary>
internal sealed partial class PartitionActor : Mailbox<PartitionItem>, IDisposable
{
    /// <summary>Produces that may wait; more are answered REQUEST_TIMED_OUT at once, which clients repeat.</summary>
    public const int WaitingMax = 16_384;

    private const int TurnItems = 4096;
    private const long TurnBytes = 16 << 20;

    private readonly PartitionContext _context;
    private readonly AlarmClock<PartitionItem> _alarm;
    private LogConfig _config;

    public PartitionActor(
        PartitionContext context,
        TopicPartition name,
        TopicDocument document,
        LogConfig config,
        PartitionHistory history)
        : base(WaitingMax, TurnItems, TurnBytes)
    {
        _context = context;
        Name = name;
        TopicId = document.Id;
        _config = config;
        _state = document.Partitions[name.Partition];
        _catalogueVersion = document.Version;
        _leaderEpoch = _state.LeaderEpoch;
        _loss = new LossMachine(context.BrokerId);
        _history = history;
        _flush = new FlushItem(this);
        _alarm = new AlarmClock<PartitionItem>(this, new RungItem(), context.Environment.Time, context.Clock);
        Published = new PublishedOffsets(history.LogStartOffset);
        Traffic = context.Instruments.TrafficOf(name.Topic);
    }

    public TopicPartition Name { get; }

    public Guid TopicId { get; }

    public PartitionContext Context => _context;

    /// <summary>What readers on other threads go by.</summary>
    public PublishedOffsets Published { get; }

    public WatcherSet Watchers { get; } = new();

    /// <summary>What goes through the topic.</summary>
    public TopicTraffic Traffic { get; }

    /// <summary>The settings in force; any thread.</summary>
    public LogConfig Config => Volatile.Read(ref _config);

    /// <summary>The opened replica; null while the partition is offline. Any thread.</summary>
    public OpenReplica? Replica => Volatile.Read(ref _replica);

    /// <summary>Runs a command on a turn and answers what it returned.</summary>
    public Task<T> AskAsync<T>(Func<PartitionActor, T> command)
    {
        var item = new PartitionCommand<T>(command);
        PostControl(item);
        return item.Task;
    }

    /// <inheritdoc/>
    protected override long Weigh(PartitionItem item) => item switch
    {
        ProduceRequest produce => produce.Records.Length,
        ReplicaAppendRequest append => append.Append.Records.Length,
        _ => 0,
    };

    /// <inheritdoc/>
    protected override void OnTurn(ReadOnlySpan<PartitionItem> items)
    {
        _nowMs = _context.SteadyMs;
        foreach (var item in items)
        {
            try
            {
                if (item.SeesWrites)
                {
                    // A write that fails is not the failure of who comes after it.
                    Try(static actor => actor.CommitGather());
                }

                item.Run(this);
            }
#pragma warning disable CA1031 // The crash boundary: whatever went wrong, the replica is dropped and opened anew.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                item.Fail(failure);
                Crash(failure);
            }
        }

        Try(static actor => actor.CommitGather());
        Try(static actor => actor.Replicate());
    }

    private void Try(Action<PartitionActor> step)
    {
        try
        {
            step(this);
        }
#pragma warning disable CA1031 // The crash boundary, as in the turn.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Crash(failure);
        }
    }

    /// <summary>flush.messages=1: an acknowledgement, and the high watermark, wait for the fsync.</summary>
    private static bool NeedsFlush(LogConfig config) => config.FlushMessages <= 1;

    /// <summary>Everything that the alarm may have been set for gets a look.</summary>
    private void OnAlarm()
    {
        _alarm.Rung();
        ExpireWaits();
        _isAwake = true;
        if (_flushDueMs != long.MaxValue)
        {
            ConsiderFlushByAge();
        }

        ConsiderOpening();
        if (_replica is { } replica)
        {
            ConsiderRecoveryPoint(replica);
        }
    }

    private sealed class RungItem : PartitionItem
    {
        public override void Run(PartitionActor actor) => actor.OnAlarm();
    }
}
