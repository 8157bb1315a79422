// What groups cost a broker, over plain connections: every member has its own, as a real one has. The figures are the
// broker's CPU time (its process is watched from outside), since on a small machine the thousand members' own work
// would hide it.
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using ActorBroker.Core.Coordinators;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Benchmarks.Groups;

/// <summary>The rows of docs/performance.md about groups, each measured once, by the name it has there.</summary>
internal sealed class GroupRun(DnsEndPoint broker, BrokerProbe probe, int scale)
{
    private const string Topic = "bench-groups";
    private const int OffsetsPartitions = 50;
    private const int Committers = 32;

    /// <summary>The figures as JSON.</summary>
    public async Task<string> MeasureAsync()
    {
        await CreateTopicAsync(broker, scale);
        var figures = new SortedDictionary<string, double>(StringComparer.Ordinal);
        await CommitsAsync(figures, TimeSpan.FromSeconds(1));
        await CommitsAsync(figures, TimeSpan.FromSeconds(5));
        await new ClassicRun(broker, probe, Topic, scale).MeasureAsync(figures);
        await new ConsumerRun(broker, probe, Topic, scale).MeasureAsync(figures);
        return JsonSerializer.Serialize(figures);
    }

    /// <summary>Commits of one offset each, all through one coordinator partition, each acknowledged.</summary>
    private async Task CommitsAsync(SortedDictionary<string, double> figures, TimeSpan time)
    {
        var groups = Enumerable.Range(0, int.MaxValue).Select(each => $"commits-{each}")
            .Where(group => CoordinatorHash.Partition(group, OffsetsPartitions) == 0).Take(Committers);
        var watch = Stopwatch.StartNew();
        var cpu = probe.CpuSeconds();
        var counts = await Task.WhenAll(groups.Select(async group =>
        {
            using var connection = await WireConnection.OpenAsync(broker);
            var count = 0;
            for (; watch.Elapsed < time; count++)
            {
                await CommitAsync(connection, group, [0], count);
            }

            return count;
        }));
        figures["groups.commits_per_s"] = counts.Sum() / watch.Elapsed.TotalSeconds;
        figures["groups.commit_cpu_us"] = (probe.CpuSeconds() - cpu) * 1e6 / counts.Sum();
    }

    public static async Task CommitAsync(WireConnection connection, string group, int[] partitions, long offset)
    {
        var answer = await connection.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(
            new OffsetCommitRequest
            {
                GroupId = group,
                GroupInstanceId = null,
                Topics =
                [
                    new() { Name = Topic, Partitions = [.. partitions.Select(each => Commit(each, offset))] },
                ],
            },
            8);
        Require(answer.Topics[0].Partitions[0].ErrorCode);
    }

    private static OffsetCommitRequest.OffsetCommitRequestPartition Commit(int partition, long offset) =>
        new() { PartitionIndex = partition, CommittedOffset = offset, CommittedMetadata = null };

    public static async Task CreateTopicAsync(DnsEndPoint broker, int partitions)
    {
        using var connection = await WireConnection.OpenAsync(broker);
        var answer = await connection.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
            new CreateTopicsRequest
            {
                Topics = [new() { Name = Topic, NumPartitions = partitions, ReplicationFactor = -1 }],
            },
            5);
        if (answer.Topics[0].ErrorCode != ErrorCode.TopicAlreadyExists)
        {
            Require(answer.Topics[0].ErrorCode);
        }

        await connection.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new FindCoordinatorRequest { CoordinatorKeys = ["any"] }, 4);
    }

    /// <summary>A measured thing that fails is no measurement.</summary>
    public static void Require(ErrorCode error)
    {
        if (error != ErrorCode.None)
        {
            throw new InvalidOperationException($"The broker answered {error.Name()}.");
        }
    }
}
