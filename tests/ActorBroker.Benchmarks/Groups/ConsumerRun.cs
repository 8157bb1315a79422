using System.Net;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Benchmarks.Groups;

/// <summary>A large group of the consumer protocol (KIP-848): one more member, and what a heartbeat costs.</summary>
internal sealed class ConsumerRun(DnsEndPoint broker, BrokerProbe probe, string topic, int members)
{
    private const string Group = "bench-consumer";
    private const int RoundsMax = 50;
    private const int QuietRounds = 20;

    public async Task MeasureAsync(SortedDictionary<string, double> figures)
    {
        var all = new List<Member>();
        for (var each = 0; each < members - 1; each++)
        {
            all.Add(new Member(await WireConnection.OpenAsync(broker), topic));
        }

        await ConvergeAsync(all);
        var newcomer = new Member(await WireConnection.OpenAsync(broker), topic);
        await newcomer.HeartbeatAsync();
        all.Add(newcomer);
        figures["groups.join_heartbeats"] = await ConvergeAsync(all);

        var before = probe.CpuSeconds();
        for (var round = 0; round < QuietRounds; round++)
        {
            await BeatAsync(all);
        }

        figures["groups.heartbeat_cpu_us"] = (probe.CpuSeconds() - before) * 1e6 / (QuietRounds * all.Count);
        foreach (var member in all)
        {
            member.Dispose();
        }
    }

    /// <summary>How many heartbeats of each member it takes until every partition has its owner.</summary>
    private async Task<int> ConvergeAsync(List<Member> all)
    {
        for (var round = 0; round < RoundsMax; round++)
        {
            if (all.Sum(member => member.Owned) == members && all.All(member => member.Owned > 0))
            {
                return round;
            }

            await BeatAsync(all);
        }

        throw new InvalidOperationException($"The group was not settled after {RoundsMax} rounds of heartbeats.");
    }

    private static Task BeatAsync(List<Member> all) => Task.WhenAll(all.Select(member => member.HeartbeatAsync()));

    private sealed class Member(WireConnection connection, string topic) : IDisposable
    {
        private readonly string _id = Guid.NewGuid().ToString();
        private int _epoch;
        private bool _isNews = true;
        private List<ConsumerGroupHeartbeatResponse.TopicPartitions> _owned = [];

        public int Owned => _owned.Sum(each => each.Partitions.Count);

        public async Task HeartbeatAsync()
        {
            var isJoin = _epoch == 0;
            var answer = await connection.AskAsync<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
                new ConsumerGroupHeartbeatRequest
                {
                    GroupId = Group,
                    MemberId = _id,
                    MemberEpoch = _epoch,
                    InstanceId = null,
                    RackId = null,
                    RebalanceTimeoutMs = isJoin ? 60_000 : -1,
                    SubscribedTopicNames = isJoin ? [topic] : null,
                    ServerAssignor = null,
                    TopicPartitions = _isNews ? [.. _owned.Select(Own)] : null,
                },
                0);
            GroupRun.Require(answer.ErrorCode);
            _epoch = answer.MemberEpoch;
            _isNews = answer.Assignment is not null;
            _owned = answer.Assignment?.TopicPartitions ?? _owned;
        }

        public void Dispose() => connection.Dispose();

        private static ConsumerGroupHeartbeatRequest.TopicPartitionsData Own(
            ConsumerGroupHeartbeatResponse.TopicPartitions owned) =>
            new() { TopicId = owned.TopicId, Partitions = owned.Partitions };
    }
}
