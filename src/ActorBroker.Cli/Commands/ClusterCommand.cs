using System.CommandLine;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;

namespace ActorBroker.Cli.Commands;

/// <summary><c>cluster describe</c>: its brokers, its controller, and the partitions that lack something.</summary>
internal static class ClusterCommand
{
    private const int ProblemsShown = 50;

    public static Command Build() => new ToolCommand("cluster", "Shows how the cluster is.")
    {
        BuildDescribe(),
    };

    private static ToolCommand BuildDescribe()
    {
        var json = Shared.Json();
        var command = new ToolCommand(
            "describe",
            "Shows the brokers, the controller, who leads how much, and the partitions that lack something.",
            "cluster describe",
            "cluster describe --json")
        {
            json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var client = Connection.Open(parsed);
            var cluster = await client.Admin.DescribeClusterAsync(cancel).ConfigureAwait(false);
            var health = await ClusterHealth.AskAsync(client, cancel).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                WriteJson(cluster, health);
            }
            else
            {
                WriteText(cluster, health);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>The brokers and what they lead, as <c>brokers describe</c> shows them, too.</summary>
    public static TextTable Brokers(
        ClusterDescription cluster, IEnumerable<BrokerDescription> brokers, ClusterHealth health)
    {
        var table = new TextTable(
            "broker", "host", "port", "rack", "state", "controller", "leads", "preferred", "replicas");
        foreach (var broker in brokers)
        {
            var (leads, prefers, holds) = health.Of(broker.Id);
            table.Add(
                broker.Id,
                broker.Host.Length == 0 ? null : broker.Host,
                broker.Port <= 0 ? null : broker.Port,
                broker.Rack,
                broker.IsFenced ? "away" : "live",
                broker.Id == cluster.ControllerId,
                leads,
                prefers,
                holds);
        }

        return table;
    }

    private static TextTable Problems(ClusterHealth health, int limit)
    {
        var table = new TextTable(
            "topic", "partition", "leader", "replicas", "in sync", "eligible", "offline", "problem");
        foreach (var (partition, state, problem) in health.Problems.Take(limit))
        {
            table.Add(
                partition.Topic,
                partition.Partition,
                state.LeaderId < 0 ? null : state.LeaderId,
                state.Replicas,
                state.InSyncReplicas,
                state.EligibleLeaders ?? [],
                state.OfflineReplicas,
                problem);
        }

        return table;
    }

    private static void WriteText(ClusterDescription cluster, ClusterHealth health)
    {
        Console.WriteLine($"cluster {cluster.ClusterId}");
        Brokers(cluster, cluster.Brokers, health).Write(asJson: false);
        Console.WriteLine(
            $"{health.Partitions} partitions: {health.WithoutLeader} without a leader, {health.UnderReplicated} " +
            $"under-replicated, {health.UnderMinInSync} under min ISR, {health.WithOfflineReplicas} with offline " +
            $"replicas, {health.NotPreferred} not led as preferred");
        if (health.Problems.Count > 0)
        {
            Problems(health, ProblemsShown).Write(asJson: false);
        }

        if (health.Problems.Count > ProblemsShown)
        {
            Console.WriteLine($"and {health.Problems.Count - ProblemsShown} more: --json shows all");
        }
    }

    private static void WriteJson(ClusterDescription cluster, ClusterHealth health) => JsonLine.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("cluster", cluster.ClusterId);
        json.WriteNumber("controller", cluster.ControllerId);
        json.WritePropertyName("brokers");
        Brokers(cluster, cluster.Brokers, health).WriteArray(json);
        json.WriteNumber("partitions", health.Partitions);
        json.WriteNumber("without_leader", health.WithoutLeader);
        json.WriteNumber("under_replicated", health.UnderReplicated);
        json.WriteNumber("under_min_isr", health.UnderMinInSync);
        json.WriteNumber("with_offline_replicas", health.WithOfflineReplicas);
        json.WriteNumber("not_preferred", health.NotPreferred);
        json.WritePropertyName("problems");
        Problems(health, int.MaxValue).WriteArray(json);
        json.WriteEndObject();
    });
}
