using System.Globalization;

namespace ActorBroker.Client.Networking;

/// <summary>A host and port; IPv6 literals are written in brackets.</summary>
internal readonly record struct BrokerAddress(string Host, int Port)
{
    private const int DefaultPort = 9092;

    /// <summary>Reads a comma-separated bootstrap list.</summary>
    public static IReadOnlyList<BrokerAddress> ParseList(string text)
    {
        var addresses = new List<BrokerAddress>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            addresses.Add(Parse(part));
        }

        return addresses.Count > 0
            ? addresses
            : throw new ArgumentException("The bootstrap servers are empty: give at least one host:port.");
    }

    public override string ToString() =>
        Host.Contains(':', StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
            : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    private static BrokerAddress Parse(string text)
    {
        var closing = text.LastIndexOf(']');
        var colon = text.LastIndexOf(':');
        var hasPort = colon > closing && (closing >= 0 || text.IndexOf(':', StringComparison.Ordinal) == colon);
        var host = (hasPort ? text[..colon] : text).Trim('[', ']');
        var port = DefaultPort;
        if (hasPort && !TryParsePort(text.AsSpan(colon + 1), out port))
        {
            throw new ArgumentException($"'{text}' is not a host:port: the port must be between 1 and 65535.");
        }

        return host.Length > 0
            ? new BrokerAddress(host, port)
            : throw new ArgumentException($"'{text}' is not a host:port: the host is missing.");
    }

    private static bool TryParsePort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;
}
