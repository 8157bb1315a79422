// Reads a shard's log from its start to its end into a new machine, on a thread for blocking work. What can't be
// understood is passed over and reported: a kind of record that only something newer knows must not stop all groups. A
// batch whose checksum is wrong is another matter: the disk lies, and the shard rather waits than lets offsets go back.
using System.Buffers;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups;

/// <summary>One replay; comes back to the shard's mailbox with a machine, or with the reason why not.</summary>
internal sealed class GroupLoad(GroupShard shard, GroupShardContext context) : GroupItem, IThreadPoolWorkItem
{
    private const int DecompressedBytesMax = 256 << 20;

    private readonly Partition _partition = shard.Partition;
    private readonly Dictionary<GroupRecordResult, (long Count, long FirstOffset)> _skipped = [];
    private readonly Dictionary<long, List<GroupRecord>> _undecided = [];
    private byte[] _scratch = new byte[256];

    /// <summary>Of the log when the reading began.</summary>
    public long Incarnation { get; private set; }

    public GroupCoordinatorMachine? Machine { get; private set; }

    /// <summary>Why there is no machine; null also where the log isn't readable just now.</summary>
    public Exception? Failure { get; private set; }

    private long Records { get; set; }

    public void Execute()
    {
        Read();
        shard.PostControl(this);
    }

    public override void Run(GroupShard shard) => shard.OnLoaded(this);

    /// <summary>Reads the whole log; never throws.</summary>
    public void Read()
    {
        try
        {
            // The incarnation is read before the log's end: should it change in between, the shard reads once more.
            Incarnation = _partition.Incarnation;
            var machine = context.NewMachine(_partition);
            if (TryReplay(machine))
            {
                Machine = machine;
            }
        }
#pragma warning disable CA1031 // Whatever it was, the shard reports it and tries again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Failure = failure;
        }
    }

    /// <summary>Says how it went; called when the machine is taken.</summary>
    public void Report()
    {
        foreach (var (reason, (count, offset)) in _skipped)
        {
            GroupLogs.Skipped(context.Logger, _partition.Name, count, offset, reason);
        }

        if (_undecided.Count > 0)
        {
            GroupLogs.Undecided(context.Logger, _partition.Name, _undecided.Count);
        }

        if (Records > 0)
        {
            GroupLogs.Loaded(context.Logger, _partition.Name, Machine!.GroupCount, Records);
        }
    }

    /// <summary>
    /// False where the log is not open, or its end not committed yet: a new leader holds what its predecessor has
    /// acknowledged, and learns only from its followers how much of the rest is committed.
    /// </summary>
    private bool TryReplay(GroupCoordinatorMachine machine)
    {
        var end = _partition.LogEndOffset;
        if (!_partition.IsLeader || _partition.HighWatermark < end)
        {
            return false;
        }

        using var decompressor = new RecordBatchDecompressor(DecompressedBytesMax);
        var offset = _partition.LogStartOffset;
        while (offset < end)
        {
            if (shard.IsEnding)
            {
                return false;
            }

            var query = new FetchQuery(offset, context.LoadBytes, true, IsolationLevel.ReadUncommitted);
            using var read = _partition.Fetch(query);
            if (read.Error == ErrorCode.OffsetOutOfRange && read.LogStartOffset > offset)
            {
                offset = read.LogStartOffset;
                continue;
            }

            if (read.Error != ErrorCode.None || read.Records.IsEmpty)
            {
                return false;
            }

            offset = Replay(read.Records, decompressor, machine);
        }

        return true;
    }

    private long Replay(Storage.LogSlice slice, RecordBatchDecompressor decompressor, GroupCoordinatorMachine machine)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(slice.Length);
        try
        {
            var rest = buffer.AsSpan(0, slice.Length);
            slice.CopyTo(rest);
            var next = slice.FirstOffset;
            while (!rest.IsEmpty)
            {
                var result = RecordBatch.TryRead(rest, out var header);
                if (result != BatchReadResult.Ok)
                {
                    throw new InvalidDataException(
                        $"the batch at or after offset {next} of {_partition.Name} can't be read: {result}");
                }

                Replay(rest[..header.SizeInBytes], in header, decompressor, machine);
                next = header.NextOffset;
                rest = rest[header.SizeInBytes..];
            }

            return next;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Replay(
        ReadOnlySpan<byte> batch,
        in RecordBatchHeader header,
        RecordBatchDecompressor decompressor,
        GroupCoordinatorMachine machine)
    {
        if (header.IsControl)
        {
            Decide(batch, in header, machine);
            return;
        }

        var result = decompressor.Open(batch, in header, out var records);
        if (result != DecompressionResult.Ok)
        {
            throw new InvalidDataException(
                $"the batch at offset {header.BaseOffset} of {_partition.Name} can't be decompressed: {result}");
        }

        while (records.MoveNext())
        {
            Records++;
            var outcome = Read(in records, out var record);
            if (outcome != GroupRecordResult.Ok)
            {
                Skip(outcome, header.BaseOffset + records.OffsetDelta);
            }
            else if (header.IsTransactional)
            {
                Hold(header.ProducerId, record);
            }
            else
            {
                machine.Apply(record);
            }
        }

        if (records.IsMalformed)
        {
            Skip(GroupRecordResult.Malformed, header.BaseOffset);
        }
    }

    private GroupRecordResult Read(in RecordReader source, out GroupRecord record)
    {
        var size = source.Key.Length + source.Value.Length;
        var keeps = GroupRecordCodec.KeepsBytes(source.Key);
        if (!keeps && _scratch.Length < size)
        {
            _scratch = new byte[size];
        }

        var bytes = keeps ? new byte[size] : _scratch;
        source.Key.CopyTo(bytes);
        source.Value.CopyTo(bytes.AsSpan(source.Key.Length));
        return GroupRecordCodec.TryRead(
            bytes.AsMemory(0, source.Key.Length),
            source.IsValueNull
                ? default(ReadOnlyMemory<byte>?)
                : bytes.AsMemory(source.Key.Length, source.Value.Length),
            out record);
    }

    // Offsets of a transaction count once its marker says so, as if they had been committed there.
    private void Hold(long producerId, in GroupRecord record)
    {
        if (!_undecided.TryGetValue(producerId, out var held))
        {
            held = [];
            _undecided.Add(producerId, held);
        }

        held.Add(record);
    }

    private void Decide(ReadOnlySpan<byte> batch, in RecordBatchHeader header, GroupCoordinatorMachine machine)
    {
        if (TransactionMarker.TryRead(batch, in header, out var marker) &&
            _undecided.Remove(header.ProducerId, out var held) && marker.Type == ControlRecordType.Commit)
        {
            held.ForEach(record => machine.Apply(record));
        }
    }

    private void Skip(GroupRecordResult reason, long offset)
    {
        var (count, first) = _skipped.GetValueOrDefault(reason, (0, offset));
        _skipped[reason] = (count + 1, first);
    }
}
