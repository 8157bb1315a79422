namespace ActorBroker.Clients.Tests.Groups;

/// <summary>A client as a member of a group.</summary>
/// <param name="Client">Whose client it is.</param>
/// <param name="Script">Its script in <c>tests/clients</c>.</param>
/// <param name="Assignor">What it is told to use; null: what it brings.</param>
/// <param name="IsStatic">It has an instance id.</param>
internal sealed record MemberKind(string Client, string Script, string? Assignor, bool IsStatic = false)
{
    /// <summary>It speaks JoinGroup and SyncGroup, not KIP-848.</summary>
    public bool IsClassic => Assignor != "consumer";

    /// <summary>It commits what it has processed.</summary>
    public bool Commits => Client != RealClient.Kcat;

    public static MemberKind KafkaPython(string assignor) =>
        new(RealClient.KafkaPython, "kafka_python_member.py", assignor);

    public static MemberKind Confluent(string assignor, bool isStatic = false) =>
        new(RealClient.Confluent, "confluent_member.py", assignor, isStatic);

    public static MemberKind Kcat(string assignor) => new(RealClient.Kcat, "kcat_member.py", assignor);

    public static MemberKind KafkaJs(string? assignor) => new(RealClient.KafkaJs, "kafkajs_member.js", assignor);

    public static MemberKind Platformatic(string assignor) =>
        new(RealClient.Platformatic, "platformatic_member.js", assignor);
}
