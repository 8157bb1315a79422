using ActorBroker.Broker.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Gateway;
using ActorBroker.Orleans;
using ActorBroker.Storage;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Orleans.Configuration;

namespace ActorBroker.Silo;

/// <summary>An executable silo, whichever databases it can use.</summary>
internal static class SiloProgram
{
    /// <summary>Runs until it is told to stop.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="clusterings">What <c>Silo:Clustering</c> may name; the first where nothing is said.</param>
    /// <param name="configure">What else the host has.</param>
    /// <returns>
    /// The exit code: 1 where a setting has to be put right first, or the silo could not leave its cluster in time.
    /// </returns>
    public static async Task<int> RunAsync(
        string[] args, SiloClustering[] clusterings, Action<WebApplicationBuilder>? configure = null)
    {
        try
        {
            // Settings are read once: to watch the folder would mean to hear of each write into data that lie in it.
            var builder = WebApplication.CreateBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
            builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = SiloRun.StopTime);
            configure?.Invoke(builder);
            var settings = SiloSettings.Read(builder.Configuration, clusterings);
            builder.UseOrleans(silo => Configure(
                silo, settings, builder.Configuration.GetSection("Broker"),
                builder.Configuration.GetSection("Silo:Membership")));
            builder.Services.AddHealthChecks().AddActorBroker();

            var app = builder.Build();
            app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false });
            app.MapHealthChecks("/health/ready");
            return await SiloRun.ToEndAsync(app) ? 0 : 1;
        }
        catch (Exception failure) when (Explain(failure) is { } line)
        {
            await Console.Error.WriteLineAsync(line);
            return 1;
        }
    }

    /// <summary>Name, clustering and storage, and the broker with what its section says.</summary>
    private static void Configure(
        ISiloBuilder silo, SiloSettings settings, IConfigurationSection broker, IConfigurationSection membership)
    {
        silo.Configure<SiloOptions>(options => options.SiloName = $"broker-{settings.BrokerId}");
        settings.Clustering.Apply(silo, settings);
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

        // A busy machine needs more patience with silos than AddActorBroker has: by the names that Orleans gives it.
        silo.Services.Configure<ClusterMembershipOptions>(membership);
    }

    /// <summary>One line for what a person can put right; null: it is no such thing.</summary>
    private static string? Explain(Exception failure) => failure switch
    {
        SiloSettingException or ConfigurationException or CatalogueException or LogDirectoryException
            or ListenerException => failure.Message,
        AggregateException { InnerException: { } inner } => Explain(inner),
        _ => null,
    };
}
