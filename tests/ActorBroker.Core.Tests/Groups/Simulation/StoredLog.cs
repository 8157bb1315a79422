using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol;

namespace ActorBroker.Core.Tests.Groups.Simulation;

/// <summary>The bytes of a log, so that a replay knows nothing but what is stored.</summary>
internal sealed class StoredLog
{
    private readonly List<(byte[] Key, byte[]? Value)> _records = [];

    public void Append(IEnumerable<GroupRecord> records)
    {
        using var writer = new KafkaWriter();
        foreach (var record in records)
        {
            writer.Reset();
            GroupRecordCodec.WriteKey(writer, record.Key);
            var key = writer.WrittenSpan.ToArray();
            writer.Reset();
            if (record.Value is not null)
            {
                GroupRecordCodec.WriteValue(writer, record.Value);
            }

            _records.Add((key, record.Value is null ? null : writer.WrittenSpan.ToArray()));
        }
    }

    /// <summary>Reads it from its start; compacted: of each key the last record only.</summary>
    public IEnumerable<GroupRecord> Read(bool isCompacted)
    {
        var last = new Dictionary<string, int>();
        for (var index = 0; isCompacted && index < _records.Count; index++)
        {
            last[Convert.ToHexString(_records[index].Key)] = index;
        }

        for (var index = 0; index < _records.Count; index++)
        {
            var (key, value) = _records[index];
            if (!isCompacted || last[Convert.ToHexString(key)] == index)
            {
                ReadOnlyMemory<byte>? stored = value is not null ? value.AsMemory() : default(ReadOnlyMemory<byte>?);
                var read = GroupRecordCodec.TryRead(key, stored, out var record);
                Assert.Equal(GroupRecordResult.Ok, read);
                yield return record;
            }
        }
    }
}
