namespace ActorBroker.Core.Configuration;

/// <summary>One entry of <c>listeners</c> or <c>advertised.listeners</c>.</summary>
/// <param name="Name">The listener's name, in capitals.</param>
/// <param name="Host">A name or an address without brackets; empty: every address of the machine.</param>
/// <param name="Port">The port; 0: any free one.</param>
public sealed record Listener(string Name, string Host, int Port)
{
    /// <summary><c>host:port</c>, an IPv6 address in brackets.</summary>
    public string Authority => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>How this machine's own clients reach it, also where it listens on every address.</summary>
    public string LocalAuthority => Host switch
    {
        "" or "0.0.0.0" => (this with { Host = "127.0.0.1" }).Authority,
        "::" => (this with { Host = "::1" }).Authority,
        _ => Authority,
    };

    /// <summary>As it is written in the settings.</summary>
    public override string ToString() => $"{Name}://{Authority}";
}
