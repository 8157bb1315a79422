// All instruments of the gateway room.
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ActorBroker.Gateway.Connections;
using ActorBroker.Protocol;

namespace ActorBroker.Gateway;

/// <summary>What the Kafka port tells of its requests and connections.</summary>
internal sealed class GatewayInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ActorBroker.Gateway";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries =
            [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private readonly ConcurrentDictionary<ApiKey, ApiMeter> _apis = new();
    private readonly ConcurrentDictionary<string, ListenerMeter> _listeners = new();
    private readonly Histogram<double> _duration;
    private readonly TimeProvider _time;
    private int _parkedFetches;

    public GatewayInstruments(Meter meter, Budgets budgets, TimeProvider time)
    {
        _time = time;
        _duration = meter.CreateHistogram(
            "actorbroker.gateway.request.duration", "s",
            "Time from a complete request to its finished response; a fetch's wait for records included.", null,
            Seconds);
        ObserveWork(meter, budgets);
        ObserveApis(meter);
        ObserveListeners(meter);
        meter.CreateObservableUpDownCounter(
            "actorbroker.gateway.fetch.waiting", () => Volatile.Read(ref _parkedFetches), "{request}",
            "Fetches that wait for more records.");
    }

    /// <summary>The numbers of an API.</summary>
    public ApiMeter Of(ApiKey api) =>
        _apis.GetOrAdd(api, static (api, self) => new ApiMeter(api, self._duration, self._time), this);

    /// <summary>The numbers of a listener.</summary>
    public ListenerMeter Of(string listener) => _listeners.GetOrAdd(listener, static name => new ListenerMeter(name));

    /// <summary>A fetch begins to wait.</summary>
    public void FetchParked() => Interlocked.Increment(ref _parkedFetches);

    /// <summary>It waits no more.</summary>
    public void FetchUnparked() => Interlocked.Decrement(ref _parkedFetches);

    private static void ObserveWork(Meter meter, Budgets budgets)
    {
        meter.CreateObservableUpDownCounter(
            "actorbroker.gateway.requests.active", () => budgets.Requests.Used, "{request}", "Requests in work.");
        meter.CreateObservableUpDownCounter(
            "actorbroker.gateway.requests.memory", () => budgets.Bytes.Used, "By", "Memory that requests hold.");
        meter.CreateObservableUpDownCounter(
            "actorbroker.gateway.requests.held_back", () => (long)budgets.Bytes.Waiting + budgets.Requests.Waiting,
            "{connection}", "Connections that are not read, since too much is in work.");
    }

    private void ObserveApis(Meter meter)
    {
        Counter("requests", "{request}", "Requests answered.", static api => api.Requests);
        Counter("request.bytes", "By", "Bytes of requests.", static api => api.RequestBytes);
        Counter("response.bytes", "By", "Bytes of responses.", static api => api.ResponseBytes);
        meter.CreateObservableCounter(
            "actorbroker.gateway.errors", () => _apis.SelectMany(static api => api.Value.Errors()), "{error}",
            "Errors in responses: one for each partition or other item that has one.");

        void Counter(string name, string unit, string description, Func<ApiMeter, long> value) =>
            meter.CreateObservableCounter(
                "actorbroker.gateway." + name,
                () => _apis.Values.Where(static api => api.Requests > 0)
                    .Select(api => new Measurement<long>(value(api), api.Tags)),
                unit, description);
    }

    private void ObserveListeners(Meter meter)
    {
        meter.CreateObservableUpDownCounter(
            "actorbroker.gateway.connections", () => Of(static listener => listener.Open), "{connection}",
            "Open connections.");
        meter.CreateObservableCounter(
            "actorbroker.gateway.connections.accepted", () => Of(static listener => listener.Accepted), "{connection}",
            "Connections let in.");
        meter.CreateObservableCounter(
            "actorbroker.gateway.connections.refused", () => Of(static listener => listener.Refused), "{connection}",
            "Connections closed at once, as there were too many.");
    }

    private IEnumerable<Measurement<long>> Of(Func<ListenerMeter, long> value) =>
        _listeners.Values.Select(listener => new Measurement<long>(value(listener), listener.Tags));
}
