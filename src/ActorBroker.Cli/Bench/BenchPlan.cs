using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Bench;

/// <summary>What to measure.</summary>
internal sealed record BenchPlan
{
    /// <summary>The topic; null makes one for this run.</summary>
    public string? Topic { get; init; }

    public int Partitions { get; init; } = 1;

    public long Records { get; init; }

    public int Size { get; init; }

    public Acks Acks { get; init; } = Acks.All;

    public CompressionCodec Compression { get; init; }

    public int BatchBytes { get; init; }

    public TimeSpan Linger { get; init; }

    /// <summary>Records a second; only latency is measured at a rate.</summary>
    public double Rate { get; init; }

    public ProducerOptions ToProducerOptions() => new()
    {
        Acks = Acks,
        Idempotent = Acks == Acks.All,
        Compression = Compression,
        BatchBytes = BatchBytes,
        Linger = Linger,
        MaxRequestBytes = Math.Max(2 * Size, new ProducerOptions().MaxRequestBytes),
    };
}
