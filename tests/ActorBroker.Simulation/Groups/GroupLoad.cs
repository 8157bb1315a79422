using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Records;
using ActorBroker.Simulation.Cluster;

namespace ActorBroker.Simulation.Groups;

/// <summary>One replay of a shard's log: it begins, and ends a while later, when the log may be another.</summary>
internal sealed class GroupLoad(World world, SimReplica replica)
{
    private long _end = -1;

    /// <summary>Of the log when the reading began.</summary>
    public long Incarnation { get; private set; }

    /// <summary>Null where the log isn't readable just now.</summary>
    public GroupCoordinatorMachine? Machine { get; private set; }

    /// <summary>The disk failed.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>
    /// Looks how far to read: to the log's end, all of which has to be committed, since a new leader holds what its
    /// predecessor has acknowledged, and learns only from its followers how much of the rest is committed.
    /// </summary>
    public void Begin()
    {
        Incarnation = replica.Incarnation;
        if (!replica.IsLeading)
        {
            return;
        }

        if (world.Canary == Canary.LoadGroupsToHighWatermark)
        {
            _end = replica.HighWatermark;
        }
        else if (replica.HighWatermark >= replica.Log!.LogEndOffset)
        {
            _end = replica.Log.LogEndOffset;
        }
    }

    /// <summary>Reads.</summary>
    public void End()
    {
        if (_end < 0)
        {
            return;
        }

        var config = replica.ConfigInForce;
        var machine = new GroupCoordinatorMachine(
            new GroupSettings { DecisionBytesMax = GroupSettings.DecisionBytesMaxOf(config) },
            static () => throw new InvalidOperationException("nobody joins a group here"));
        try
        {
            if (replica.TryReadCommitted(_end, bytes => Replay(bytes, machine)))
            {
                Machine = machine;
            }
        }
        catch (IOException)
        {
            HasFailed = true;
        }
    }

    private void Replay(byte[] bytes, GroupCoordinatorMachine machine)
    {
        using var decompressor = new RecordBatchDecompressor(1 << 20);
        for (var position = 0; position < bytes.Length;)
        {
            RecordBatchHeader.TryRead(bytes.AsSpan(position), out var header);
            decompressor.Open(bytes.AsSpan(position), in header, out var records);
            while (records.MoveNext())
            {
                ReadOnlyMemory<byte>? value = records.IsValueNull
                    ? default(ReadOnlyMemory<byte>?)
                    : records.Value.ToArray();
                replica.Require(
                    GroupRecordCodec.TryRead(records.Key.ToArray(), value, out var record) == GroupRecordResult.Ok,
                    $"(10) a coordinator can't read its record at {header.BaseOffset + records.OffsetDelta}");
                machine.Apply(record);
            }

            replica.Require(!records.IsMalformed, $"(10) a coordinator can't read its batch at {header.BaseOffset}");
            position += header.SizeInBytes;
        }
    }
}
