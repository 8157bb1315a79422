using ActorBroker.Server;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts a broker into a host.</summary>
public static class ActorBrokerHostingExtensions
{
    /// <summary>
    /// Adds a broker that is up before any other hosted service starts and stops after all of them: settings by
    /// Kafka's names from the configuration's section <c>ActorBroker</c>, then from <paramref name="configure"/>.
    /// <see cref="IActorBroker"/> says where it listens.
    /// </summary>
    /// <remarks>
    /// A wrong setting, folder or port fails the host's start with a <see cref="BrokerStartException"/>. Called again
    /// it adds settings, not a second broker.
    /// </remarks>
    public static IServiceCollection AddActorBroker(
        this IServiceCollection services, Action<ActorBrokerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<ActorBrokerOptions>();
        services.AddLogging();
        if (configure is not null)
        {
            services.Configure(configure);
        }

        if (services.All(service => service.ServiceType != typeof(HostedBroker)))
        {
            services.AddSingleton<HostedBroker>();
            services.AddSingleton<IActorBroker>(provider => provider.GetRequiredService<HostedBroker>());
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<HostedBroker>());
        }

        return services;
    }

    /// <summary>The same with the settings of another part of a configuration.</summary>
    public static IServiceCollection AddActorBroker(
        this IServiceCollection services, IConfiguration configuration, Action<ActorBrokerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services
            .AddActorBroker(options => options.Configuration = configuration)
            .AddActorBroker(configure);
    }

    /// <summary>Adds a check that is healthy while the host's broker takes clients.</summary>
    /// <param name="builder">From <c>services.AddHealthChecks()</c>.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What a broker that is not up counts as; null: unhealthy.</param>
    /// <param name="tags">Tags for filtering; null: none.</param>
    public static IHealthChecksBuilder AddActorBroker(
        this IHealthChecksBuilder builder,
        string name = "actorbroker",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name,
            provider => new BrokerHealthCheck(provider.GetRequiredService<HostedBroker>()),
            failureStatus,
            tags));
    }
}
