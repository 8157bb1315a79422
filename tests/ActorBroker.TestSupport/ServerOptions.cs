namespace ActorBroker.TestSupport;

/// <summary>How a server is started for a test.</summary>
public sealed record ServerOptions
{
    /// <summary>Settings beyond the data folder and the listener: <c>num.partitions=3</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Environment variables.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The data folder; null: one of its own, removed at the end.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The port; 0: one that is its own for as long as the test has the server.</summary>
    public int Port { get; init; }

    /// <summary>How long a start or an orderly stop may take on a busy machine.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);
}
