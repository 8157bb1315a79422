using System.Diagnostics.Metrics;

namespace ActorBroker.Broker.Cluster;

/// <summary>What a controller tells of its elections, and a broker of its cluster.</summary>
internal sealed class ControllerMeters
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ActorBroker.Cluster";

    private readonly Histogram<double> _duration;
    private long _elected;
    private long _unclean;

    public ControllerMeters(Meter meter, BrokerState state)
    {
        _duration = meter.CreateHistogram<double>(
            "actorbroker.controller.election.duration", "s",
            "From the news that a broker came or went until the new leaders stood in the catalogue.");
        meter.CreateObservableCounter(
            "actorbroker.controller.elections", () => Volatile.Read(ref _elected), "{partition}",
            "Partitions that this broker, as controller, gave another leader.");
        meter.CreateObservableCounter(
            "actorbroker.controller.elections.unclean", () => Volatile.Read(ref _unclean), "{partition}",
            "Those of them whose new leader may lack committed records.");
        meter.CreateObservableUpDownCounter(
            "actorbroker.controller.active", () => state.Cluster.Image.ControllerId == state.BrokerId ? 1L : 0L,
            "{controller}", "1 while this broker is the controller.");
        meter.CreateObservableUpDownCounter(
            "actorbroker.cluster.brokers", () => (long)state.Cluster.Image.Registered.Count, "{broker}",
            "Brokers of the cluster, alive or not.");
        meter.CreateObservableUpDownCounter(
            "actorbroker.cluster.brokers.live", () => (long)state.Cluster.Image.Brokers.Count, "{broker}",
            "Brokers that this broker knows to be alive.");
    }

    /// <param name="elections">What was elected.</param>
    /// <param name="elapsed">Since the loss of a leader was known; null: none was lost.</param>
    public void Elected(ElectionCount elections, TimeSpan? elapsed)
    {
        Interlocked.Add(ref _elected, elections.Elected);
        Interlocked.Add(ref _unclean, elections.Unclean);
        if (elapsed is { } known)
        {
            _duration.Record(known.TotalSeconds);
        }
    }
}
