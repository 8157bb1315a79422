using System.Text;
using ActorBroker.Broker.Partitions;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests.Support;

/// <summary>Small batches, and what is in stored ones.</summary>
internal static class Batches
{
    public static byte[] Of(RecordBatchOptions options, long timestampMs, params string[] values)
    {
        using var builder = new RecordBatchBuilder();
        foreach (var value in values)
        {
            builder.Append(timestampMs, Encoding.UTF8.GetBytes("k"), Encoding.UTF8.GetBytes(value));
        }

        return builder.Build(options).ToArray();
    }

    public static ProduceCommand Produce(
        short acks, long timestampMs, RecordBatchOptions options, params string[] values) =>
        new(Of(options, timestampMs, values), acks, 30_000);

    /// <summary>The values of all records, in order.</summary>
    public static List<string> Values(ReadOnlySpan<byte> stored)
    {
        var values = new List<string>();
        while (RecordBatchHeader.TryRead(stored, out var header))
        {
            Assert.True(RecordBatch.VerifyCrc(stored[..header.SizeInBytes]));
            var reader = new RecordReader(stored[RecordBatchHeader.Size..header.SizeInBytes], header.RecordCount);
            while (reader.MoveNext())
            {
                values.Add(Encoding.UTF8.GetString(reader.Value));
            }

            stored = stored[header.SizeInBytes..];
        }

        return values;
    }
}
