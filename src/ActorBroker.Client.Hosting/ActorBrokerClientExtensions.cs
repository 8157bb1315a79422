using System.Diagnostics.CodeAnalysis;
using ActorBroker.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts a client of a broker, its producers and its consumers into a host.</summary>
public static class ActorBrokerClientExtensions
{
    /// <summary>
    /// Adds the host's one <see cref="KafkaClient"/>. Its broker stands in the connection string <c>broker</c>, in the
    /// configuration's <c>ActorBroker:BootstrapServers</c>, or is set by <paramref name="configure"/>.
    /// </summary>
    /// <remarks>Called again it adds settings, not a second client.</remarks>
    public static IServiceCollection AddActorBrokerClient(
        this IServiceCollection services, Action<ActorBrokerClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null)
        {
            services.Configure(configure);
        }

        if (services.All(service => service.ServiceType != typeof(ClientHost)))
        {
            services.AddOptions<ActorBrokerClientOptions>().ValidateOnStart();
            services.AddSingleton<IPostConfigureOptions<ActorBrokerClientOptions>, ClientDefaults>();
            services.AddSingleton<IValidateOptions<ActorBrokerClientOptions>, ClientDefaults>();
            services.AddSingleton(provider => ClientDefaults.NewClient(
                provider.GetRequiredService<IOptions<ActorBrokerClientOptions>>().Value));
            services.AddSingleton<SerializerSource>();
            services.AddSingleton<ProducerPool>();
            services.AddSingleton<ClientHost>();
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<ClientHost>());
        }

        return services;
    }

    /// <summary>
    /// Adds an <see cref="ITopicProducer{TKey,TValue}"/> of a topic, and the <see cref="IProducer{TKey,TValue}"/> that
    /// it shares with the other topics of these types and options. Both are keyed services by the topic's name, too:
    /// where several topics have the same types, ask by <c>[FromKeyedServices("topic")]</c>.
    /// </summary>
    /// <remarks>
    /// Keys and values are written by an <see cref="ISerializer{T}"/> of the container, else by what
    /// <see cref="Serializers"/> has, else as JSON by <see cref="ActorBrokerClientOptions.Json"/>. What was sent is
    /// delivered before the host has stopped.
    /// </remarks>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="services">The host's services.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="options">How to gather and send; null for the defaults.</param>
    public static IServiceCollection AddProducer<TKey, TValue>(
        this IServiceCollection services, string topic, ProducerOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        services.AddActorBrokerClient();
        var added = new ProducerRegistration<TKey, TValue>(topic, options ?? new ProducerOptions());
        services.AddSingleton<ProducerRegistration>(added);
        services.AddKeyedSingleton<IProducer<TKey, TValue>>(topic, (provider, _) => added.Producer(Pool(provider)));
        services.AddKeyedSingleton<ITopicProducer<TKey, TValue>>(
            topic, (provider, _) => added.TopicProducer(Pool(provider)));
        services.TryAddSingleton(provider =>
            ProducerRegistration<TKey, TValue>.Only(provider, isAnyTopicRight: true).Producer(Pool(provider)));
        services.TryAddSingleton<ITopicProducer<TKey, TValue>>(provider =>
            ProducerRegistration<TKey, TValue>.Only(provider, isAnyTopicRight: false).TopicProducer(Pool(provider)));
        return services;
    }

    /// <summary>
    /// Adds a member of a group that gives each record of a topic to a handler, at least once: a record is committed
    /// when its handler has ended, and one whose handler throws is handled again after a pause, never skipped.
    /// </summary>
    /// <remarks>
    /// Records of one partition are handled one after the other, those of several at the same time. A topic that does
    /// not exist yet is waited for. Each call adds a member of its own.
    /// What does not pass by itself (a record that can't be deserialized, a group that refuses) fails the hosted
    /// service, and with it stops the host unless <c>HostOptions.BackgroundServiceExceptionBehavior</c> says otherwise.
    /// </remarks>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <typeparam name="THandler">Handles a record; scoped, unless it is registered otherwise.</typeparam>
    /// <param name="services">The host's services.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="group">The group, each of which has every record.</param>
    /// <param name="options">
    /// How to fetch and be a member, e.g. where a new group starts (<see cref="ConsumerOptions.AutoOffsetReset"/>, at
    /// the topic's end unless told otherwise); null for the defaults.
    /// </param>
    /// <param name="handling">How to call the handlers; null for the defaults.</param>
    public static IServiceCollection AddConsumer<
        TKey,
        TValue,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IServiceCollection services,
        string topic,
        string group,
        ConsumerOptions? options = null,
        RecordHandlingOptions? handling = null)
        where THandler : class, IRecordHandler<TKey, TValue>
    {
        var plan = ConsumerPlan.For(topic, group, options, handling);
        services.AddActorBrokerClient();
        services.TryAddScoped<THandler>();

        // Not AddHostedService, which takes a second consumer of the same types for the first one.
        services.AddSingleton<IHostedService>(provider =>
            new RecordConsumer<TKey, TValue, THandler>(plan, provider));
        return services;
    }

    private static ProducerPool Pool(IServiceProvider provider) => provider.GetRequiredService<ProducerPool>();
}
