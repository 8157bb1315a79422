using ActorBroker.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ActorBroker.Orleans;

/// <summary>Grains, where nothing else is configured.</summary>
internal sealed class GrainDefaults(IServiceProvider services) : IPostConfigureOptions<ActorBrokerClientOptions>
{
    /// <summary>Adds the client to a host that is part of an Orleans cluster, or a client of one.</summary>
    public static void AddTo(IServiceCollection services, Action<ActorBrokerClientOptions>? configure)
    {
        services.AddActorBrokerClient(configure);

        // After the client's own, which knows what is configured.
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IPostConfigureOptions<ActorBrokerClientOptions>, GrainDefaults>());
    }

    public void PostConfigure(string? name, ActorBrokerClientOptions options)
    {
        options.BootstrapServers ??= GrainTransport.BootstrapServers;
        if (options.BootstrapServers == GrainTransport.BootstrapServers)
        {
            var transport = new GrainTransport(services.GetRequiredService<IGrainFactory>());
            options.ConnectCallback ??= transport.ConnectAsync;
        }
    }
}
