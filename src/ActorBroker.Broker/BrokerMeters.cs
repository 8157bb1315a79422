using System.Diagnostics.Metrics;

namespace ActorBroker.Broker;

/// <summary>
/// Makes the meters of one broker. They carry its id and have this object as their scope, so that brokers in one
/// process are told apart; any listener (OpenTelemetry, <c>dotnet-counters</c>) finds them by name,
/// <c>ActorBroker.*</c>.
/// </summary>
/// <param name="brokerId">The broker.</param>
public sealed class BrokerMeters(int brokerId) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Meter> _meters = [];

    /// <summary>Makes a meter that lives as long as this object.</summary>
    public Meter Create(string name)
    {
        var meter = new Meter(new MeterOptions(name)
        {
            Version = typeof(BrokerMeters).Assembly.GetName().Version!.ToString(3),
            Tags = [new KeyValuePair<string, object?>("broker.id", brokerId)],
            Scope = this,
        });
        lock (_gate)
        {
            _meters.Add(meter);
        }

        return meter;
    }

    /// <summary>Ends all of them.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _meters.ForEach(static meter => meter.Dispose());
            _meters.Clear();
        }
    }
}
