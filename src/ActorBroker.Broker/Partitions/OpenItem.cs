using ActorBroker.Core.Producers;
using ActorBroker.Records;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Partitions;

/// <summary>Opens a partition's log (and first closes the one that was dropped) on a worker thread.</summary>
internal sealed class OpenItem(PartitionActor actor, PartitionHistory history, OpenReplica? dropped)
    : PartitionItem, IThreadPoolWorkItem
{
    private PartitionLog? _log;
    private ProducerTable? _producers;
    private Exception? _failure;

    /// <summary>Offset from which on records are thrown away, as nobody was told of them; null: none.</summary>
    public long? TruncateTo { get; init; }

    public void Execute()
    {
        try
        {
            Open();
        }
#pragma warning disable CA1031 // The partition stays offline and tries again, whatever the reason.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _log?.Dispose();
            _log = null;
            _failure = failure;
        }

        actor.PostControl(this);
    }

    public override void Run(PartitionActor actor)
    {
        if (_failure is not null)
        {
            actor.OnOpenFailed(_failure);
        }
        else
        {
            try
            {
                actor.OnOpened(_log!, _producers!);
            }
#pragma warning disable CA1031 // As in Execute: the partition tries again.
            catch (Exception failure) when (actor.Replica is null)
#pragma warning restore CA1031
            {
                _log!.Dispose();
                actor.OnOpenFailed(failure);
            }
        }
    }

    private void Open()
    {
        dropped?.WithFilesAtRest(dropped.Log.Dispose);
        var context = actor.Context;
        if (history.BeginsAnew)
        {
            context.Checkpoints.Forget(context.Directory, new HashSet<TopicPartition> { actor.Name });
        }

        var producers = new ProducerTable();
        _log = PartitionLog.Open(new PartitionLogOptions
        {
            Directory = context.PathOf(actor.Name),
            FileSystem = context.Environment.FileSystem,
            Config = actor.Config,
            Producers = producers,
            Time = context.Environment.Time,
            Logger = context.Environment.Loggers.CreateLogger<PartitionLog>(),
            Instruments = context.LogInstruments,
            TopicId = actor.TopicId,
            RecoveryPoint = history.RecoveryPoint,
            CleanShutdown = history.CleanShutdown,
            LogStartOffset = history.LogStartOffset,
            LatestLeaderEpoch = actor.LeaderEpoch,
        });
        _log.FirstDirtyOffset = history.FirstDirtyOffset;
        if (TruncateTo is { } offset && offset < _log.LogEndOffset)
        {
            _log.TruncateTo(offset);
        }

        // What recovery found counts as committed from now on, so it must not depend on the page cache; nor must a cut
        // that was never synced: what it took away would come back above what is written now.
        _log.FlushAndRest();

        // Here rather than on the turn, as both write.
        if (actor.ShouldLead)
        {
            _log.Epochs.Assign(actor.LeaderEpoch, _log.LogEndOffset);
        }
        else
        {
            _log.DropEmptyEpochs();
        }

        _producers = producers;
    }
}
