using ActorBroker.Broker;

namespace ActorBroker.Server.Telemetry;

/// <summary>Whether the broker can serve clients now, and why not. Any thread.</summary>
internal sealed class BrokerHealth
{
    private BrokerNode? _node;
    private volatile bool _stopping;

    /// <summary>The logs are recovered and the listeners are open.</summary>
    public void Up(BrokerNode node) => Volatile.Write(ref _node, node);

    /// <summary>The broker, from <see cref="Up"/> until its stop begins.</summary>
    public BrokerNode? Node => _stopping ? null : Volatile.Read(ref _node);

    /// <summary>The stop has begun.</summary>
    public void Stopping() => _stopping = true;

    /// <summary>One line for people; null: it is ready.</summary>
    public async Task<string?> WhyNotReadyAsync(CancellationToken cancel)
    {
        if (_stopping)
        {
            return "The broker is stopping.";
        }

        if (Volatile.Read(ref _node) is not { } node)
        {
            return "The broker is starting: it opens its logs.";
        }

        return await node.FailedLogDirsAsync(cancel).ConfigureAwait(false) is { Count: > 0 } failed
            ? $"Nothing can be written in {string.Join(", ", failed)}."
            : null;
    }
}
