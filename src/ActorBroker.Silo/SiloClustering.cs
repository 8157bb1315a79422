using System.Net;
using Orleans.Configuration;

namespace ActorBroker.Silo;

/// <summary>A way in which silos find each other and keep the catalogue.</summary>
/// <param name="Name">By which <c>Silo:Clustering</c> chooses it.</param>
/// <param name="Apply">
/// Sets it up, and where the silo is reached. A setting that it lacks is a <see cref="SiloSettingException"/>.
/// </param>
internal sealed record SiloClustering(string Name, Action<ISiloBuilder, SiloSettings> Apply)
{
    /// <summary>The name of the grain storage that keeps the catalogue.</summary>
    public const string StorageName = "ActorBroker";

    /// <summary>On this machine, for development: membership and catalogue end with the first silo.</summary>
    public static SiloClustering Localhost { get; } = new("Localhost", static (silo, settings) =>
    {
        var primary = settings.Number("PrimaryPort", settings.SiloPort, 1, ushort.MaxValue);
        silo.UseLocalhostClustering(
            settings.SiloPort, settings.GatewayPort, new IPEndPoint(IPAddress.Loopback, primary), settings.ClusterId,
            settings.ClusterId);
        silo.AddMemoryGrainStorage(StorageName);
    });

    /// <summary>Through a database, which has Orleans' tables.</summary>
    public static SiloClustering AdoNet { get; } = new("AdoNet", static (silo, settings) =>
    {
        var database = settings.Required("ConnectionString", "the database, for Clustering=AdoNet");
        var invariant = settings["Invariant"] ?? "Npgsql";
        UseEndpoints(silo, settings);
        silo.UseAdoNetClustering(options =>
            (options.Invariant, options.ConnectionString) = (invariant, database));
        silo.AddAdoNetGrainStorage(StorageName, options =>
            (options.Invariant, options.ConnectionString) = (invariant, database));
    });

    /// <summary>The cluster's name, and this silo's address and ports, for a cluster of several machines.</summary>
    public static void UseEndpoints(ISiloBuilder silo, SiloSettings settings)
    {
        // Storages keep states by the service's name: two clusters over one of them have a catalogue each.
        silo.Configure<ClusterOptions>(options =>
            (options.ClusterId, options.ServiceId) = (settings.ClusterId, settings.ClusterId));
        silo.ConfigureEndpoints(settings.Address, settings.SiloPort, settings.GatewayPort);
    }
}
