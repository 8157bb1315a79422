using ActorBroker.Client;
using ActorBroker.Orleans.Hosting;
using ActorBroker.Orleans.Placement;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace ActorBroker.Orleans;

/// <summary>Makes silos brokers.</summary>
public static class ActorBrokerSiloBuilderExtensions
{
    /// <summary>
    /// Makes this silo a broker: Kafka clients connect to it, and all silos that do the same are one cluster. The
    /// silo's name ends with the broker's id (<c>broker-3</c>), and a grain storage of the name
    /// <see cref="ActorBrokerOptions.StorageName"/> keeps the catalogue. Orleans' failure detection is tuned so that a
    /// silo that was killed, or stands still, is followed within about two seconds; to say otherwise, configure
    /// <see cref="ClusterMembershipOptions"/> after this call.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Listeners, folders and all else.</param>
    public static ISiloBuilder AddActorBroker(this ISiloBuilder builder, Action<ActorBrokerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<ActorBrokerOptions>().Configure(configure ?? (static _ => { }));
        builder.Services.AddSingleton<SiloBroker>();
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            static services => services.GetRequiredService<SiloBroker>());
        builder.AddPlacementDirector<BrokerPlacement, BrokerPlacementDirector>();

        // With Orleans' own values a killed silo is followed after about 12 s, and one that stands still never: other
        // silos asked in its place don't know either.
        return builder.Configure<ClusterMembershipOptions>(static options =>
        {
            options.ProbeTimeout = TimeSpan.FromMilliseconds(500);
            options.NumMissedProbesLimit = 2;
            options.TableRefreshTimeout = TimeSpan.FromSeconds(1);
            options.EnableIndirectProbes = false;
        });
    }

    /// <summary>
    /// As <see cref="ActorBrokerClientBuilderExtensions.AddActorBrokerClient"/>, for services that live in the silo.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Further settings.</param>
    public static ISiloBuilder AddActorBrokerClient(
        this ISiloBuilder builder, Action<ActorBrokerClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        GrainDefaults.AddTo(builder.Services, configure);
        return builder;
    }
}
