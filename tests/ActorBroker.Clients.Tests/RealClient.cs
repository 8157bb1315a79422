namespace ActorBroker.Clients.Tests;

/// <summary>A client that others wrote: the script that drives it, and what the script needs on this machine.</summary>
/// <param name="Name">Its name, as tests show it.</param>
/// <param name="Script">Its script in <c>tests/clients</c>.</param>
/// <param name="CanConfigure">False where it neither sets nor reads settings.</param>
/// <param name="CanStamp">False where it cannot choose a record's timestamp.</param>
/// <param name="Install">What to do where it is missing.</param>
public sealed record RealClient(string Name, string Script, bool CanConfigure, bool CanStamp, string Install)
{
    public const string Kcat = "kcat";
    public const string KafkaPython = "kafka-python";
    public const string Confluent = "confluent-kafka";
    public const string KafkaJs = "kafkajs";
    public const string Platformatic = "@platformatic/kafka";

    private const string Npm = "run 'npm ci' in tests/clients";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RealClient> All { get; } =
    [
        new(Kcat, "kcat_client.py", CanConfigure: false, CanStamp: false, "apt-get install kcat"),
        new(KafkaPython, "kafka_python.py", CanConfigure: true, CanStamp: true, "apt-get install python3-kafka"),
        new(Confluent, "confluent.py", CanConfigure: true, CanStamp: true, "apt-get install python3-confluent-kafka"),
        new(KafkaJs, "kafkajs_client.js", CanConfigure: true, CanStamp: true, Npm),
        new(Platformatic, "platformatic.js", CanConfigure: true, CanStamp: true, Npm),
    ];

    /// <summary>One by its name.</summary>
    public static RealClient Named(string name) => All.Single(client => client.Name == name);

    public override string ToString() => Name;
}
