using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActorBroker.Orleans;

/// <summary>
/// Names a connection: <c>broker-3/id</c>; or <c>grains/id</c>, to the broker of the silo where the first call comes
/// in.
/// </summary>
/// <param name="BrokerId">Whose clients' end it is; -1 for any.</param>
/// <param name="Id">The connection's own.</param>
public readonly record struct ConnectionKey(int BrokerId, Guid Id)
{
    /// <summary>The listener of these connections: no name that one in the settings can have.</summary>
    public const string Listener = "(grains)";

    /// <summary>The port of all hosts of the listener, as a port has to be given.</summary>
    public const int Port = 1;

    /// <summary>The host that stands for any broker.</summary>
    public const string AnyHost = "grains";

    private const string Prefix = "broker-";

    /// <summary>The host that stands for the broker.</summary>
    public string Host =>
        BrokerId < 0 ? AnyHost : string.Create(CultureInfo.InvariantCulture, $"{Prefix}{BrokerId}");

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}/{Id:N}");

    /// <summary>Reads a grain's key.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ConnectionKey key)
    {
        key = default;
        var slash = text?.LastIndexOf('/') ?? -1;
        return slash >= 0 && Guid.TryParseExact(text.AsSpan(slash + 1), "N", out var id) &&
            TryParse(text![..slash], id, out key);
    }

    /// <summary>Reads a host, for a connection of this id.</summary>
    public static bool TryParse(string host, Guid id, out ConnectionKey key)
    {
        ArgumentNullException.ThrowIfNull(host);
        var brokerId = -1;
        var isHost = host == AnyHost || (host.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(
            host.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out brokerId));
        key = new ConnectionKey(brokerId, id);
        return isHost;
    }
}
