using System.Net;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Gateway;
using ActorBroker.Orleans;
using ActorBroker.Storage;
using Orleans.Configuration;

namespace ActorBroker.Silo;

/// <summary>Makes a silo of its settings.</summary>
internal static class SiloSetup
{
    private const string ServiceId = "actorbroker";

    /// <summary>Clustering, storage, endpoints, and the broker with what its section says.</summary>
    public static void Apply(ISiloBuilder silo, SiloSettings settings, IConfigurationSection broker)
    {
        silo.Configure<SiloOptions>(options => options.SiloName = $"broker-{settings.BrokerId}");
        if (settings.Clustering == SiloClustering.Localhost)
        {
            silo.UseLocalhostClustering(
                settings.SiloPort, settings.GatewayPort, new IPEndPoint(IPAddress.Loopback, settings.PrimaryPort),
                ServiceId, settings.ClusterId);
            silo.AddMemoryGrainStorage("ActorBroker");
        }
        else
        {
            silo.Configure<ClusterOptions>(options =>
                (options.ClusterId, options.ServiceId) = (settings.ClusterId, ServiceId));
            silo.ConfigureEndpoints(settings.Address, settings.SiloPort, settings.GatewayPort);
            silo.UseAdoNetClustering(options =>
                (options.Invariant, options.ConnectionString) = (settings.Invariant, settings.ConnectionString));
            silo.AddAdoNetGrainStorage("ActorBroker", options =>
                (options.Invariant, options.ConnectionString) = (settings.Invariant, settings.ConnectionString));
        }

        silo.AddActorBroker(options =>
        {
            options.Settings["log.dirs"] = $"./data/broker-{settings.BrokerId}";
            foreach (var (name, value) in broker.AsEnumerable(makePathsRelative: true))
            {
                if (value is not null)
                {
                    options.Settings[name] = value;
                }
            }
        });
    }

    /// <summary>One line for what a person can put right; null: it is no such thing.</summary>
    public static string? Explain(Exception failure) => failure switch
    {
        SiloSettingException or ConfigurationException or CatalogueException or LogDirectoryException
            or ListenerException => failure.Message,
        AggregateException { InnerException: { } inner } => Explain(inner),
        _ => null,
    };
}
