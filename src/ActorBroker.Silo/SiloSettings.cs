using System.Net;

namespace ActorBroker.Silo;

/// <summary>
/// What a silo has to know before it starts, from <c>appsettings.json</c>, the environment (<c>Silo__BrokerId=1</c>) or
/// the command line (<c>--Silo:BrokerId=1</c>).
/// </summary>
internal sealed class SiloSettings
{
    private readonly IConfigurationSection _section;

    private SiloSettings(IConfigurationSection section, SiloClustering[] clusterings)
    {
        _section = section;
        var clustering = section["Clustering"] ?? clusterings[0].Name;
        Clustering = clusterings.FirstOrDefault(each => each.Name == clustering)
            ?? throw new SiloSettingException(
                "Clustering", clustering, string.Join(" or ", clusterings.Select(static each => each.Name)));
        BrokerId = Number("BrokerId", 1, 0, int.MaxValue);
        ClusterId = section["ClusterId"] ?? "actorbroker";
        Address = IPAddress.TryParse(section["Address"] ?? "127.0.0.1", out var address)
            ? address
            : throw new SiloSettingException("Address", section["Address"], "an IP address");
        SiloPort = Number("SiloPort", 11_111, 1, ushort.MaxValue);
        GatewayPort = Number("GatewayPort", 30_000, 0, ushort.MaxValue);
    }

    /// <summary>How silos find each other, and where the catalogue is.</summary>
    public SiloClustering Clustering { get; }

    /// <summary>The broker's id; the silo is called <c>broker-</c> and this.</summary>
    public int BrokerId { get; }

    /// <summary>Silos of one cluster name the same.</summary>
    public string ClusterId { get; }

    /// <summary>Where the other silos reach this one.</summary>
    public IPAddress Address { get; }

    /// <summary>The port for silos.</summary>
    public int SiloPort { get; }

    /// <summary>The port for clients of Orleans; 0: none.</summary>
    public int GatewayPort { get; }

    /// <summary>A setting that only some <see cref="SiloClustering"/> has; null where nobody set it.</summary>
    public string? this[string key] => _section[key];

    /// <summary>Reads the section <c>Silo</c>.</summary>
    /// <exception cref="SiloSettingException">One line: which key, which value, what is allowed.</exception>
    public static SiloSettings Read(IConfiguration configuration, SiloClustering[] clusterings) =>
        new(configuration.GetSection("Silo"), clusterings);

    /// <summary>A setting that has to be there.</summary>
    public string Required(string key, string allowed) =>
        _section[key] is { Length: > 0 } text ? text : throw new SiloSettingException(key, null, allowed);

    /// <summary>A number within limits.</summary>
    public int Number(string key, int otherwise, int lowest, int highest) =>
        _section[key] is not { } text ? otherwise
        : int.TryParse(text, out var number) && number >= lowest && number <= highest ? number
        : throw new SiloSettingException(key, text, $"a number from {lowest} to {highest}");
}

/// <summary>A setting that can't be.</summary>
internal sealed class SiloSettingException(string key, string? value, string allowed)
    : Exception($"Silo:{key} is {(value is null ? "missing" : $"'{value}'")}; it has to be {allowed}.");
