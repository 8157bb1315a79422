using System.Text;
using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>A record on its way into a batch: places in the caller's memory, read before the call returns.</summary>
internal readonly ref struct RecordData
{
    /// <summary>Most bytes besides key, value and headers: length, attributes, deltas, two lengths, count.</summary>
    private const int MaxOverhead = (5 * VarInt.MaxSize32) + 1 + VarInt.MaxSize64;

    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>False for a Kafka null, which an empty key is not.</summary>
    public bool HasKey { get; init; }

    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>False for a Kafka null, which an empty value is not.</summary>
    public bool HasValue { get; init; }

    public ReadOnlySpan<RecordHeader> Headers { get; init; }

    /// <summary>Unix milliseconds; null for now.</summary>
    public long? TimestampMs { get; init; }

    /// <summary>The partition that the caller wants; null leaves it to the partitioner.</summary>
    public int? Partition { get; init; }

    /// <summary>The most bytes that the record can add to a batch.</summary>
    public long MaxSize
    {
        get
        {
            var size = MaxOverhead + (long)Key.Length + Value.Length;
            foreach (var header in Headers)
            {
                size += MaxSizeOf(header);
            }

            return size;
        }
    }

    public static RecordData Of(in ProducerRecord record) => new()
    {
        Key = record.Key.GetValueOrDefault().Span,
        HasKey = record.Key.HasValue,
        Value = record.Value.GetValueOrDefault().Span,
        HasValue = record.Value.HasValue,
        Headers = record.Headers is null ? [] : record.Headers as RecordHeader[] ?? [.. record.Headers],
        TimestampMs = record.TimestampMs,
        Partition = record.Partition,
    };

    /// <summary>The same record with other headers.</summary>
    public RecordData WithHeaders(ReadOnlySpan<RecordHeader> headers) => new()
    {
        Key = Key,
        HasKey = HasKey,
        Value = Value,
        HasValue = HasValue,
        Headers = headers,
        TimestampMs = TimestampMs,
        Partition = Partition,
    };

    /// <summary>A copy that may outlive the call.</summary>
    public ProducerRecord ToRecord() => new()
    {
        Key = HasKey ? Key.ToArray() : default(ReadOnlyMemory<byte>?),
        Value = HasValue ? Value.ToArray() : default(ReadOnlyMemory<byte>?),
        Headers = Headers.ToArray(),
        TimestampMs = TimestampMs,
        Partition = Partition,
    };

    private static long MaxSizeOf(in RecordHeader header) =>
        (2 * VarInt.MaxSize32) + Encoding.UTF8.GetByteCount(header.Key) + (header.Value?.Length ?? 0);
}
