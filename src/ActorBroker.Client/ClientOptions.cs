namespace ActorBroker.Client;

/// <summary>How to reach a cluster and how patient to be with it. Immutable: change a copy by <c>with</c>.</summary>
public sealed record ClientOptions
{
    /// <summary>Where to ask for the cluster's brokers: <c>host:port</c>, several separated by commas.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>The name under which requests appear in the broker's logs and quotas.</summary>
    public string ClientId { get; init; } = "actorbroker";

    /// <summary>How long a connection may take to open.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long an answer may take. A broker answers in order, so a late answer fails its whole connection: the
    /// requests behind it would be late too.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an operation keeps trying through leader changes and lost connections before it gives up.
    /// </summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The pause before the first repetition; it doubles up to <see cref="RetryBackoffMax"/>.</summary>
    public TimeSpan RetryBackoff { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between repetitions.</summary>
    public TimeSpan RetryBackoffMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Knowledge of topics and leaders older than this is asked for again.</summary>
    public TimeSpan MetadataMaxAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A longer answer is refused before memory is taken for it.</summary>
    public int MaxResponseBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>
    /// Opens the connection to a broker's host and port, where it is not plain TCP: TLS, a proxy, a transport of your
    /// own. Called within <see cref="ConnectTimeout"/>; the client disposes the stream. Whatever
    /// it throws, the client takes as a broker out of reach. Null: TCP.
    /// </summary>
    public Func<string, int, CancellationToken, ValueTask<Stream>>? ConnectCallback { get; init; }

    /// <summary>The clock of every time-out and pause.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
