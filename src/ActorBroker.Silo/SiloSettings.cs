using System.Net;

namespace ActorBroker.Silo;

/// <summary>
/// What a silo has to know before it starts, from <c>appsettings.json</c>, the environment (<c>Silo__BrokerId=1</c>) or
/// the command line (<c>--Silo:BrokerId=1</c>).
/// </summary>
internal sealed record SiloSettings
{
    /// <summary>The broker's id; the silo is called <c>broker-</c> and this.</summary>
    public required int BrokerId { get; init; }

    /// <summary>How silos find each other, and where the catalogue is.</summary>
    public required SiloClustering Clustering { get; init; }

    /// <summary>The database of <see cref="SiloClustering.AdoNet"/>.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Its ADO.NET provider.</summary>
    public required string Invariant { get; init; }

    /// <summary>Silos of one cluster name the same.</summary>
    public required string ClusterId { get; init; }

    /// <summary>Where the other silos reach this one.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>The port for silos.</summary>
    public required int SiloPort { get; init; }

    /// <summary>The port for clients of Orleans; 0: none.</summary>
    public required int GatewayPort { get; init; }

    /// <summary>The silo port of the first silo, for <see cref="SiloClustering.Localhost"/>.</summary>
    public required int PrimaryPort { get; init; }

    /// <summary>Reads the section <c>Silo</c>.</summary>
    /// <exception cref="SiloSettingException">One line: which key, which value, what is allowed.</exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Silo");
        var clustering = Enum.TryParse<SiloClustering>(section["Clustering"] ?? "Localhost", out var kind)
            ? kind
            : throw new SiloSettingException("Clustering", section["Clustering"], "Localhost or AdoNet");
        var siloPort = Number(section, "SiloPort", 11_111, 1, ushort.MaxValue);
        return new SiloSettings
        {
            BrokerId = Number(section, "BrokerId", 1, 0, int.MaxValue),
            Clustering = clustering,
            ConnectionString = section["ConnectionString"] ?? (clustering == SiloClustering.AdoNet
                ? throw new SiloSettingException("ConnectionString", null, "the database, for Clustering=AdoNet")
                : ""),
            Invariant = section["Invariant"] ?? "Npgsql",
            ClusterId = section["ClusterId"] ?? "actorbroker",
            Address = IPAddress.TryParse(section["Address"] ?? "127.0.0.1", out var address)
                ? address
                : throw new SiloSettingException("Address", section["Address"], "an IP address"),
            SiloPort = siloPort,
            GatewayPort = Number(section, "GatewayPort", 30_000, 0, ushort.MaxValue),
            PrimaryPort = Number(section, "PrimaryPort", siloPort, 1, ushort.MaxValue),
        };
    }

    private static int Number(IConfigurationSection section, string key, int otherwise, int lowest, int highest) =>
        section[key] is not { } text ? otherwise
        : int.TryParse(text, out var number) && number >= lowest && number <= highest ? number
        : throw new SiloSettingException(key, text, $"a number from {lowest} to {highest}");
}

/// <summary>How silos find each other.</summary>
internal enum SiloClustering
{
    /// <summary>On this machine, for development: membership and catalogue end with the first silo.</summary>
    Localhost,

    /// <summary>Through a database, which has Orleans' tables.</summary>
    AdoNet,
}

/// <summary>A setting that can't be.</summary>
internal sealed class SiloSettingException(string key, string? value, string allowed)
    : Exception($"Silo:{key} is {(value is null ? "missing" : $"'{value}'")}; it has to be {allowed}.");
