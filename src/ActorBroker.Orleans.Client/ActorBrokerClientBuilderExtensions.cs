using ActorBroker.Client;

namespace ActorBroker.Orleans;

/// <summary>Lets a host's producers and consumers go by Orleans.</summary>
public static class ActorBrokerClientBuilderExtensions
{
    /// <summary>
    /// The host's client of the brokers goes by grain calls: no address and no listener is needed, for a silo is a
    /// broker. Where the configuration names brokers (the connection string <c>broker</c>, or
    /// <c>ActorBroker:BootstrapServers</c>) it goes to them over TCP instead; the name <c>grains</c> says that it goes
    /// by grain calls. Producers and consumers are added to the host's services as always, and don't notice.
    /// </summary>
    /// <param name="builder">The Orleans client.</param>
    /// <param name="configure">Further settings.</param>
    public static IClientBuilder AddActorBrokerClient(
        this IClientBuilder builder, Action<ActorBrokerClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        GrainDefaults.AddTo(builder.Services, configure);
        return builder;
    }
}
