using ActorBroker.Core.Configuration;
using ActorBroker.Core.Producers;
using ActorBroker.Records;
using ActorBroker.Storage;

namespace ActorBroker.Benchmarks;

/// <summary>One partition's log on the real disk, in a folder that goes with it.</summary>
internal sealed class TemporaryLog : IDisposable
{
    private readonly ReadOnlyMemory<byte>[] _append = new ReadOnlyMemory<byte>[1];
    private readonly LogConfig _config;

    public TemporaryLog(string parent, LogConfig config)
    {
        Folder = Directory.CreateDirectory(Path.Combine(parent, $"log-{Guid.NewGuid():n}")).FullName;
        _config = config;
        Log = Open();
    }

    public string Folder { get; }

    public PartitionLog Log { get; private set; }

    /// <summary>What a partition's turn does with a batch: check it, number it, store it.</summary>
    public void Append(byte[] batch)
    {
        if (RecordBatch.TryRead(batch, out var header) != BatchReadResult.Ok || header.SizeInBytes != batch.Length)
        {
            throw new InvalidOperationException("The sample batch is not sound.");
        }

        RecordBatch.SetBaseOffset(batch, Log.LogEndOffset);
        RecordBatch.SetLeaderEpoch(batch, 0);
        _append[0] = batch;
        Log.Append(_append);
    }

    /// <summary>Opens it again as after a crash that left no recovery point: every batch is read and checked.</summary>
    public void Recover()
    {
        var end = Log.LogEndOffset;
        Log.Dispose();
        Log = Open();
        if (Log.LogEndOffset != end)
        {
            throw new InvalidOperationException($"The log recovered to {Log.LogEndOffset} in place of {end}.");
        }
    }

    public void Dispose()
    {
        Log.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private PartitionLog Open() => PartitionLog.Open(new PartitionLogOptions
    {
        Directory = Path.Combine(Folder, "t-0"),
        FileSystem = new PhysicalFileSystem(),
        Config = _config,
        Producers = new ProducerTable(),
        Time = TimeProvider.System,
    });
}
