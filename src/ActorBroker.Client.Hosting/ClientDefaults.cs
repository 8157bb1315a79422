using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ActorBroker.Client;

/// <summary>Fills in what nobody set, and says what is missing.</summary>
internal sealed class ClientDefaults(IServiceProvider services)
    : IPostConfigureOptions<ActorBrokerClientOptions>, IValidateOptions<ActorBrokerClientOptions>
{
    public void PostConfigure(string? name, ActorBrokerClientOptions options)
    {
        var configuration = services.GetService<IConfiguration>();
        options.BootstrapServers ??= configuration?.GetConnectionString(ActorBrokerClientOptions.ConnectionName)
            ?? configuration?[ActorBrokerClientOptions.BootstrapServersKey];
        options.ClientId ??= services.GetService<IHostEnvironment>()?.ApplicationName;
    }

    public ValidateOptionsResult Validate(string? name, ActorBrokerClientOptions options) =>
        string.IsNullOrWhiteSpace(options.BootstrapServers)
            ? ValidateOptionsResult.Fail(
                "No broker is configured: set the connection string " +
                $"ConnectionStrings:{ActorBrokerClientOptions.ConnectionName} (or " +
                $"{ActorBrokerClientOptions.BootstrapServersKey}) to host:port, or BootstrapServers in " +
                "AddActorBrokerClient.")
            : ValidateOptionsResult.Success;

    /// <summary>The client of these options.</summary>
    public static KafkaClient NewClient(ActorBrokerClientOptions options)
    {
        var client = new ClientOptions
        {
            BootstrapServers = options.BootstrapServers!,
            ConnectCallback = options.ConnectCallback,
        };
        return new KafkaClient(
            string.IsNullOrEmpty(options.ClientId) ? client : client with { ClientId = options.ClientId });
    }
}
