// The brokers' endpoints have no proxy before them: a broker tells its clients its own address, and a connection to one
// that was killed has to be refused.
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>ActorBroker among the resources of an app host.</summary>
public static class ActorBrokerBuilderExtensions
{
    /// <summary>The name of a broker's endpoint for Kafka clients.</summary>
    public const string KafkaEndpoint = "kafka";

    /// <summary>The name of a broker's endpoint for health and metrics.</summary>
    public const string HttpEndpoint = "http";

    /// <summary>
    /// Adds brokers, by default one, each a process of <c>actorbroker-server</c> here; several are a cluster.
    /// For development: nothing of it is published.
    /// </summary>
    /// <param name="builder">The app host.</param>
    /// <param name="name">The resource's name, and that of its connection string.</param>
    /// <param name="configure">How many, on which ports, and all else.</param>
    public static IResourceBuilder<ActorBrokerResource> AddActorBroker(
        this IDistributedApplicationBuilder builder, [ResourceName] string name,
        Action<ActorBrokerServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var servers = new ActorBrokerServerOptions();
        configure?.Invoke(servers);
        ArgumentOutOfRangeException.ThrowIfLessThan(servers.Count, 1);
        return builder.AddActorBroker(
            name, [.. Enumerable.Range(1, servers.Count).Select(id => builder.AddServer(name, id, servers))]);
    }

    /// <summary>
    /// Adds a cluster of brokers that are resources already, as silos are. Each has an endpoint of the name
    /// <see cref="KafkaEndpoint"/>, where it listens itself, and its health checks.
    /// </summary>
    /// <param name="builder">The app host.</param>
    /// <param name="name">The resource's name, and that of its connection string.</param>
    /// <param name="brokers">One or more.</param>
    public static IResourceBuilder<ActorBrokerResource> AddActorBroker(
        this IDistributedApplicationBuilder builder, [ResourceName] string name,
        IReadOnlyCollection<IResourceBuilder<IResourceWithEndpoints>> brokers)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(brokers);
        var resource = new ActorBrokerResource(
            name, [.. brokers.Select(static broker => broker.GetEndpoint(KafkaEndpoint))]);
        var cluster = builder.AddResource(resource)
            .ExcludeFromManifest()
            .WithInitialState(new CustomResourceSnapshot
            {
                ResourceType = "ActorBroker",
                State = KnownResourceStates.NotStarted,
                Properties = [],
            })
            .OnInitializeResource(RunAsync);
        foreach (var broker in brokers)
        {
            broker.WithParentRelationship(resource);
        }

        // The cluster is ready when all of its brokers are.
        foreach (var check in brokers
            .SelectMany(static broker => broker.Resource.Annotations.OfType<HealthCheckAnnotation>())
            .Select(static check => check.Key).Distinct())
        {
            cluster.WithHealthCheck(check);
        }

        return cluster;
    }

    /// <summary>
    /// The endpoints of a broker that listens on these ports of 127.0.0.1 itself, and its health by
    /// <c>/health/ready</c>.
    /// </summary>
    /// <param name="builder">A process that is a broker.</param>
    /// <param name="port">Its port for Kafka clients.</param>
    /// <param name="httpPort">Its port for health and metrics.</param>
    public static IResourceBuilder<T> WithBrokerEndpoints<T>(this IResourceBuilder<T> builder, int port, int httpPort)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder
            .WithEndpoint(
                port: port, targetPort: port, scheme: "tcp", name: KafkaEndpoint, isProxied: false,
                protocol: ProtocolType.Tcp)
            .WithHttpEndpoint(port: httpPort, targetPort: httpPort, name: HttpEndpoint, isProxied: false)
            .WithHttpHealthCheck("/health/ready", endpointName: HttpEndpoint);
    }

    private static IResourceBuilder<IResourceWithEndpoints> AddServer(
        this IDistributedApplicationBuilder builder, string name, int id, ActorBrokerServerOptions servers)
    {
        var (port, httpPort) = (servers.Port + id - 1, servers.HttpPort + id - 1);
        var folder = Path.Combine(builder.AppHostDirectory, servers.DataFolder ?? Path.Combine("data", name));
        return builder
            .AddExecutable(
                $"{name}-{id}", servers.Command, builder.AppHostDirectory,
                [
                    $"--broker.id={id}", $"--cluster.dir={folder}", $"--listeners=PLAINTEXT://127.0.0.1:{port}",
                    $"--http.listener=http://127.0.0.1:{httpPort}",
                    .. servers.Settings.Select(static setting => $"--{setting.Key}={setting.Value}"),
                ])
            .WithBrokerEndpoints(port, httpPort)
            .WithOtlpExporter()
            .ExcludeFromManifest();
    }

    /// <summary>A cluster runs from the start, as its brokers' processes have states of their own.</summary>
    private static async Task RunAsync(
        ActorBrokerResource resource, InitializeResourceEvent start, CancellationToken cancel)
    {
        await start.Notifications.PublishUpdateAsync(
            resource, static snapshot => snapshot with { State = KnownResourceStates.Running }).ConfigureAwait(false);
        await start.Eventing.PublishAsync(
            new ConnectionStringAvailableEvent(resource, start.Services), cancel).ConfigureAwait(false);
    }
}
