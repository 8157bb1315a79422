using System.Text;
using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// A record as it was read. Its bytes lie in the consumer's buffers: valid until the next record is read.
/// </summary>
public readonly record struct ConsumedRecord
{
    /// <summary>The record's partition.</summary>
    public int Partition { get; init; }

    /// <summary>The record's offset.</summary>
    public long Offset { get; init; }

    /// <summary>Unix milliseconds; -1 where the producer gave none.</summary>
    public long TimestampMs { get; init; }

    /// <summary>The key; null for none.</summary>
    public ReadOnlyMemory<byte>? Key { get; init; }

    /// <summary>The value; null for a tombstone.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>How many headers the record has.</summary>
    public int HeaderCount { get; init; }

    /// <summary>The record as it lies in its batch.</summary>
    internal ReadOnlyMemory<byte> Encoded { get; init; }

    /// <summary>The headers, copied.</summary>
    public IReadOnlyList<RecordHeader> GetHeaders()
    {
        var reader = new RecordReader(Encoded.Span, 1);
        if (HeaderCount == 0 || !reader.MoveNext())
        {
            return [];
        }

        var headers = new List<RecordHeader>(HeaderCount);
        var each = reader.Headers;
        while (each.MoveNext())
        {
            var value = each.IsValueNull ? (ReadOnlyMemory<byte>?)null : each.Value.ToArray();
            headers.Add(new RecordHeader(Encoding.UTF8.GetString(each.Key), value));
        }

        return headers;
    }
}
