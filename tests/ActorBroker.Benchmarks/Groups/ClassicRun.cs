using System.Diagnostics;
using System.Net;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Benchmarks.Groups;

/// <summary>A whole rebalance of a large classic group: all join again, the leader assigns, all sync.</summary>
internal sealed class ClassicRun(DnsEndPoint broker, BrokerProbe probe, string topic, int members)
{
    private const string Group = "bench-classic";
    private const int Generations = 4;

    public async Task MeasureAsync(SortedDictionary<string, double> figures)
    {
        var all = await Task.WhenAll(Enumerable.Range(0, members).Select(_ => Member.OpenAsync(broker, topic)));
        double seconds = 0, cpu = 0;
        for (var generation = 0; generation < Generations; generation++)
        {
            // The first generations warm the broker up, and the very first waits for more members to come.
            var watch = Stopwatch.StartNew();
            var before = probe.CpuSeconds();
            await RebalanceAsync(all);
            (seconds, cpu) = (watch.Elapsed.TotalSeconds, probe.CpuSeconds() - before);
        }

        figures["groups.rebalance_s"] = seconds;
        figures["groups.rebalance_cpu_s"] = cpu;
        foreach (var member in all)
        {
            member.Dispose();
        }
    }

    // The leader wants to assign anew, everybody else hears of it by a heartbeat.
    private static async Task RebalanceAsync(Member[] all)
    {
        var leader = all.FirstOrDefault(member => member.IsLeader);
        var leading = leader?.JoinAsync();
        var following = all.Where(member => member != leader).Select(async member =>
        {
            await member.AwaitRebalanceAsync();
            return await member.JoinAsync();
        }).ToList();
        JoinGroupResponse[] joins =
            [.. await Task.WhenAll(following), .. leading is null ? Array.Empty<JoinGroupResponse>() : [await leading]];
        var names = joins.Select(join => join.MemberId).ToArray();
        await Task.WhenAll(all.Select(member => member.SyncAsync(names)));
    }

    private sealed class Member(WireConnection connection, byte[] subscription) : IDisposable
    {
        private JoinGroupResponse _joined = new() { MemberId = "" };

        public static async Task<Member> OpenAsync(DnsEndPoint broker, string topic) =>
            new(
                await WireConnection.OpenAsync(broker),
                Embed(1, new ConsumerProtocolSubscription { Topics = [topic] }));

        public bool IsLeader => _joined.MemberId.Length > 0 && _joined.Leader == _joined.MemberId;

        /// <summary>Sends heartbeats until one says that all have to join; a new member has none to send.</summary>
        public async Task AwaitRebalanceAsync()
        {
            while (_joined.MemberId.Length > 0)
            {
                var answer = await connection.AskAsync<HeartbeatRequest, HeartbeatResponse>(
                    new HeartbeatRequest
                    {
                        GroupId = Group,
                        GenerationId = _joined.GenerationId,
                        MemberId = _joined.MemberId,
                        GroupInstanceId = null,
                    },
                    3);
                if (answer.ErrorCode == ErrorCode.RebalanceInProgress)
                {
                    return;
                }

                GroupRun.Require(answer.ErrorCode);
            }
        }

        public async Task<JoinGroupResponse> JoinAsync()
        {
            do
            {
                _joined = await connection.AskAsync<JoinGroupRequest, JoinGroupResponse>(
                    new JoinGroupRequest
                    {
                        GroupId = Group,
                        SessionTimeoutMs = 60_000,
                        RebalanceTimeoutMs = 60_000,
                        MemberId = _joined.MemberId,
                        GroupInstanceId = null,
                        ProtocolType = "consumer",
                        Protocols = [new() { Name = "range", Metadata = subscription }],
                    },
                    5);
            }
            while (_joined.ErrorCode == ErrorCode.MemberIdRequired);

            GroupRun.Require(_joined.ErrorCode);
            return _joined;
        }

        public async Task SyncAsync(string[] names)
        {
            var answer = await connection.AskAsync<SyncGroupRequest, SyncGroupResponse>(
                new SyncGroupRequest
                {
                    GroupId = Group,
                    GenerationId = _joined.GenerationId,
                    MemberId = _joined.MemberId,
                    GroupInstanceId = null,
                    Assignments = IsLeader ? [.. names.Select(Assign)] : [],
                },
                3);
            GroupRun.Require(answer.ErrorCode);
        }

        public void Dispose() => connection.Dispose();

        private static SyncGroupRequest.SyncGroupRequestAssignment Assign(string name, int partition) => new()
        {
            MemberId = name,
            Assignment = Embed(1, new ConsumerProtocolAssignment
            {
                AssignedPartitions = [new() { Topic = "bench-groups", Partitions = [partition] }],
            }),
        };

        private static byte[] Embed(short version, IApiMessage message)
        {
            using var writer = new KafkaWriter();
            writer.WriteInt16(version);
            message.Write(writer, version);
            return writer.WrittenSpan.ToArray();
        }
    }
}
