using System.Globalization;
using ActorBroker.TestSupport;

namespace ActorBroker.Chaos.Harness;

/// <summary>
/// What brokers need that are silos of Orleans: the built program and a database. Nothing here knows Orleans otherwise.
/// </summary>
/// <param name="Program">The silo's program.</param>
/// <param name="Database">Who is there, and the catalogue.</param>
internal sealed record SiloHost(string Program, PostgresServer Database) : IAsyncDisposable
{
    // What Orleans says before it ends a silo that the others take for dead.
    private const string Evicted = "I have been told I am dead";
    private const int LastLines = 400;

    /// <summary>What runs a silo.</summary>
    public IReadOnlyList<string> Command { get; } =
        [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Program];

    /// <summary>Makes the database.</summary>
    /// <param name="folder">Where the silo was built.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="FormatException">What is missing.</exception>
    public static async Task<SiloHost> StartAsync(string folder, CancellationToken cancel)
    {
        var program = Path.GetFullPath(Path.Combine(folder, "ActorBroker.Silo.dll"));
        if (!File.Exists(program))
        {
            throw new FormatException($"--silos {folder}: there is no ActorBroker.Silo.dll in that folder.");
        }

        return PostgresServer.Missing is { } missing
            ? throw new FormatException($"--silos needs a database: {missing}.")
            : new SiloHost(program, await PostgresServer.StartAsync(cancel));
    }

    /// <summary>The command line of one silo.</summary>
    public IEnumerable<string> Arguments(
        int id, int siloPort, int gatewayPort, IReadOnlyDictionary<string, string> settings) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"--Silo:BrokerId={id}"),
        "--Silo:Clustering=AdoNet",
        $"--Silo:ConnectionString={Database.ConnectionString}",
        string.Create(CultureInfo.InvariantCulture, $"--Silo:SiloPort={siloPort}"),
        string.Create(CultureInfo.InvariantCulture, $"--Silo:GatewayPort={gatewayPort}"),
        "--urls=http://127.0.0.1:0",
        .. settings.Select(static setting => $"--Broker:{setting.Key}={setting.Value}"),
    ];

    /// <summary>True where a silo ended because the others took it for dead; it is to be started again.</summary>
    public static bool WasEvicted(BrokerProcess broker) =>
        broker.Tail(LastLines).Contains(Evicted, StringComparison.Ordinal);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
