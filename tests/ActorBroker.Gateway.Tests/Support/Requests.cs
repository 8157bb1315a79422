using System.Text;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Tests.Support;

/// <summary>Requests as clients make them, with what a test wants to vary.</summary>
internal static class Requests
{
    public static byte[] Batch(params string[] values)
    {
        using var builder = new RecordBatchBuilder();
        foreach (var value in values)
        {
            builder.Append(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), null, Encoding.UTF8.GetBytes(value));
        }

        return builder.Build(RecordBatchOptions.Default).ToArray();
    }

    public static ProduceRequest Produce(string topic, byte[] batch, short acks = -1, int partition = 0) => new()
    {
        Acks = acks,
        TimeoutMs = 30_000,
        TopicData =
        [
            new ProduceRequest.TopicProduceData
            {
                Name = topic,
                PartitionData = [new ProduceRequest.PartitionProduceData { Index = partition, Records = batch }],
            },
        ],
    };

    public static FetchRequest Fetch(
        string topic, long offset, Guid id = default, int maxWaitMs = 0, int minBytes = 1, int maxBytes = 1 << 20,
        params int[] partitions) => new()
        {
            MaxWaitMs = maxWaitMs,
            MinBytes = minBytes,
            MaxBytes = maxBytes,
            Topics =
            [
                new FetchRequest.FetchTopic
                {
                    Topic = topic,
                    TopicId = id,
                    Partitions = [.. (partitions.Length == 0 ? [0] : partitions).Select(
                        partition => new FetchRequest.FetchPartition
                        {
                            Partition = partition,
                            FetchOffset = offset,
                            PartitionMaxBytes = maxBytes,
                        })],
                },
            ],
        };

    /// <summary>The values of all records in a response's partition.</summary>
    public static string[] Values(FetchResponse.PartitionData partition)
    {
        var values = new List<string>();
        var bytes = partition.Records!.Value;
        while (!bytes.IsEmpty)
        {
            Assert.True(RecordBatchHeader.TryRead(bytes.Span, out var header));
            var reader = new RecordReader(bytes.Span[RecordBatchHeader.Size..header.SizeInBytes], header.RecordCount);
            while (reader.MoveNext())
            {
                values.Add(Encoding.UTF8.GetString(reader.Value));
            }

            bytes = bytes[header.SizeInBytes..];
        }

        return [.. values];
    }
}
