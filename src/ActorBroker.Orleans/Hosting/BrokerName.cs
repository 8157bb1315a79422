using System.Globalization;

namespace ActorBroker.Orleans.Hosting;

/// <summary>A silo is a broker: the number at the end of its name is the broker's id, as in <c>broker-3</c>.</summary>
internal static class BrokerName
{
    /// <summary>False where the name does not end with a dash and a number that Kafka allows.</summary>
    public static bool TryParse(string? siloName, out int brokerId)
    {
        brokerId = -1;
        var dash = siloName?.LastIndexOf('-') ?? -1;
        return dash >= 0 && int.TryParse(
            siloName.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out brokerId);
    }
}
