namespace ActorBroker.Client;

/// <summary>How a consumer fetches.</summary>
public sealed record ConsumerOptions
{
    /// <summary>The broker answers as soon as it has this many bytes.</summary>
    public int MinBytes { get; init; } = 1;

    /// <summary>The broker answers at the latest after this long, with what there is.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The most bytes in one answer; a first batch that is larger comes whole.</summary>
    public int MaxBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Answers that may wait to be read while the next one is on its way.</summary>
    public int Prefetch { get; init; } = 2;

    /// <summary>The most bytes that one compressed batch may unfold to; more is refused.</summary>
    public int MaxDecompressedBytes { get; init; } = 128 * 1024 * 1024;
}
