// Groups of unmodified clients under load. One class per family of clients, so that they run beside each other.
namespace ActorBroker.Clients.Tests.Groups;

/// <summary>What every group has to live through.</summary>
public abstract class RealGroupTests(GroupServer server)
{
    /// <summary>A member is killed, another stands still past its session, one is added, one restarted.</summary>
    private protected async Task SurvivesAsync(string what, params MemberKind[] kinds)
    {
        foreach (var kind in kinds)
        {
            await ClientScript.RequireAsync(RealClient.Named(kind.Client));
        }

        await using var run = await GroupRun.StartAsync(server.Server, what);
        var members = kinds.Select((kind, index) => run.Start(kind, $"m{index}")).ToArray();
        await run.AllShareAsync(members);

        await members[0].KillAsync();
        await run.CatchesUpAsync();
        members[0] = run.Start(kinds[0], "m0");
        await run.AllShareAsync(members);

        members[1].Pause();
        await run.LosesAsync(members[1]);
        await run.CatchesUpAsync();
        members[1].Resume();
        await run.AllShareAsync(members);

        var added = run.Start(kinds[^1], "added");
        await run.AllShareAsync([.. members, added]);
        await run.LeavesAsync(members[^1], [.. members, added]);
        members[^1] = run.Start(kinds[^1], $"m{members.Length - 1}");
        await run.AllShareAsync([.. members, added]);
        await run.FinishAsync(kinds);
    }

    private protected Task SurvivesAsync(string what, MemberKind kind) => SurvivesAsync(what, kind, kind, kind);
}

/// <summary>kafka-python 2.0.2.</summary>
public sealed class KafkaPythonGroupTests(GroupServer server) : RealGroupTests(server), IClassFixture<GroupServer>
{
    [Theory]
    [InlineData("range")]
    [InlineData("roundrobin")]
    [InlineData("sticky")]
    public Task A_group_of_kafka_python_survives(string assignor) =>
        SurvivesAsync($"kafka-python-{assignor}", MemberKind.KafkaPython(assignor));
}

/// <summary>confluent-kafka 1.7.0 over librdkafka 2.0.2, and kcat over the same.</summary>
public sealed class ConfluentGroupTests(GroupServer server) : RealGroupTests(server), IClassFixture<GroupServer>
{
    [Theory]
    [InlineData("range", false)]
    [InlineData("roundrobin", false)]
    [InlineData("cooperative-sticky", false)]
    [InlineData("range", true)]
    public Task A_group_of_confluent_kafka_survives(string assignor, bool isStatic) => SurvivesAsync(
        $"confluent-{assignor}{(isStatic ? "-static" : "")}", MemberKind.Confluent(assignor, isStatic));

    [Fact]
    public Task A_group_of_kcat_survives() => SurvivesAsync("kcat", MemberKind.Kcat("range"));
}

/// <summary>kafkajs 2.2.4 and @platformatic/kafka 2.12.1, and all of them in one group.</summary>
public sealed class NodeGroupTests(GroupServer server) : RealGroupTests(server), IClassFixture<GroupServer>
{
    [Fact]
    public Task A_group_of_kafkajs_survives() => SurvivesAsync("kafkajs", MemberKind.KafkaJs(null));

    [Theory]
    [InlineData("roundrobin")]
    [InlineData("cooperative-sticky")]
    [InlineData("consumer")]
    public Task A_group_of_platformatic_survives(string assignor) =>
        SurvivesAsync($"platformatic-{assignor}", MemberKind.Platformatic(assignor));

    [Fact]
    public Task Clients_of_several_kinds_share_a_group() => SurvivesAsync(
        "mixed", MemberKind.KafkaPython("range"), MemberKind.Confluent("range"), MemberKind.KafkaJs("range"),
        MemberKind.Platformatic("range"), MemberKind.Kcat("range"));
}
