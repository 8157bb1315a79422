using System.Text;
using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// A record of a <see cref="ConsumedBatch"/>. Its bytes lie in the consumer's buffers: valid as long as the batch is.
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
        return HeaderCount > 0 && reader.MoveNext() ? CopyHeaders(reader) : [];
    }

    internal static IReadOnlyList<RecordHeader> CopyHeaders(in RecordReader record)
    {
        var headers = new List<RecordHeader>(record.HeaderCount);
        var each = record.Headers;
        while (each.MoveNext())
        {
            // Not a conditional expression without the cast: null would become an empty memory by way of byte[].
            var value = each.IsValueNull ? (ReadOnlyMemory<byte>?)null : each.Value.ToArray();
            headers.Add(new RecordHeader(Encoding.UTF8.GetString(each.Key), value));
        }

        return headers;
    }
}
