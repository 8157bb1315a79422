// The shell around one LeaderMachine. A turn takes every waiting produce, lets the machine decide, patches the accepted
// batches in place, and appends them with one gathered write; only then is anything answered. Fsyncs, openings and
// closings run on worker threads and come back as items of the mailbox. Nothing is rolled back: after a failed write,
// a failed fsync or a broken invariant the log, the machine and the producers are dropped and opened anew.
using ActorBroker.Broker.Actors;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Broker.Partitions;

/// <summary>One local replica in the leader role.</summary>
internal sealed partial class PartitionActor : Mailbox<PartitionItem>, IDisposable
{
    /// <summary>Produces that may wait; more are answered REQUEST_TIMED_OUT at once, which clients repeat.</summary>
    public const int WaitingMax = 16_384;

    private const int TurnItems = 4096;
    private const long TurnBytes = 16 << 20;

    private readonly PartitionContext _context;
    private readonly AlarmClock<PartitionItem> _alarm;
    private LogConfig _config;
    private PartitionState _state;
    private long _catalogueVersion;

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

    /// <summary>A replica is not in sync; any thread.</summary>
    public bool IsUnderReplicated =>
        Volatile.Read(ref _state) is var state && state.InSync.Length < state.Replicas.Length;

    /// <summary>Too few replicas are in sync for acks=all; any thread.</summary>
    public bool IsUnderMinIsr => Volatile.Read(ref _state).InSync.Length < Config.MinInsyncReplicas;

    /// <summary>The settings in force; any thread.</summary>
    public LogConfig Config => Volatile.Read(ref _config);

    /// <summary>The leadership in force; any thread.</summary>
    public int LeaderEpoch => Volatile.Read(ref _state).LeaderEpoch;

    /// <summary>The opened replica; null while the partition is offline. Any thread.</summary>
    public LeaderReplica? Replica => Volatile.Read(ref _replica);

    /// <summary>Runs a command on a turn and answers what it returned.</summary>
    public Task<T> AskAsync<T>(Func<PartitionActor, T> command)
    {
        var item = new PartitionCommand<T>(command);
        PostControl(item);
        return item.Task;
    }

    /// <summary>The topic's settings or its catalogue document changed.</summary>
    public void Update(TopicDocument document, LogConfig config) => PostControl(new PartitionCommand<bool>(actor =>
    {
        actor.Adopt(document, config);
        return true;
    }));

    /// <inheritdoc/>
    protected override long Weigh(PartitionItem item) => item is ProduceRequest request ? request.Records.Length : 0;

    /// <inheritdoc/>
    protected override void OnTurn(ReadOnlySpan<PartitionItem> items)
    {
        _nowMs = _context.NowMs;
        foreach (var item in items)
        {
            try
            {
                if (item is not ProduceRequest)
                {
                    // A command sees everything that was posted before it as written. A write that fails is not the
                    // command's failure: it still runs.
                    TryCommitGather();
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

        TryCommitGather();
    }

    private void TryCommitGather()
    {
        try
        {
            CommitGather();
        }
#pragma warning disable CA1031 // The crash boundary, as in the turn.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Crash(failure);
        }
    }

    private void Adopt(TopicDocument document, LogConfig config)
    {
        var state = document.Partitions[Name.Partition];
        var elected = state.LeaderEpoch != _state.LeaderEpoch;
        Volatile.Write(ref _config, config);
        Volatile.Write(ref _state, state);
        _catalogueVersion = document.Version;
        if (_replica is not { } replica)
        {
            return;
        }

        replica.Log.UpdateConfig(config);
        if (elected)
        {
            replica.Log.Epochs.Assign(state.LeaderEpoch, replica.Log.LogEndOffset);
            replica.Machine = NewMachine(replica.Log, replica.Producers);
            BeginIncarnation();
            Watchers.Signal();
        }
        else
        {
            replica.Machine.UpdateSettings(config.MinInsyncReplicas, NeedsFlush(config));
            replica.Machine.Update(document.Version, state, _nowMs);
        }

        Settle(replica);
        ConsiderFlush(replica);
    }

    /// <summary>flush.messages=1: an acknowledgement, and the high watermark, wait for the fsync.</summary>
    private static bool NeedsFlush(LogConfig config) => config.FlushMessages <= 1;

    /// <summary>Everything that the alarm may have been set for gets a look.</summary>
    private void OnAlarm()
    {
        _alarm.Rung();
        ExpireWaits();
        if (_flushDueMs != long.MaxValue)
        {
            ConsiderFlushByAge();
        }

        ConsiderOpening();
    }

    private sealed class RungItem : PartitionItem
    {
        public override void Run(PartitionActor actor) => actor.OnAlarm();
    }
}
