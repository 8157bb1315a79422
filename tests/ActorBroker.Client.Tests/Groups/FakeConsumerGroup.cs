using System.Collections.Concurrent;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests.Groups;

/// <summary>
/// The coordinator of a KIP-848 group with one real member: it tells what a test wants the member to have, and the
/// epoch moves on when the member has it. Replaces a <see cref="FakeGroup"/>'s membership; offsets are kept by that.
/// </summary>
internal sealed class FakeConsumerGroup
{
    private readonly Lock _gate = new();
    private readonly LogCluster _cluster;
    private readonly FakeGroup _offsets;
    private readonly Queue<ErrorCode> _refusals = new();
    private int[] _gives = [0, 1];
    private int[]? _told;

    public FakeConsumerGroup(LogCluster cluster, FakeGroup offsets, short highest = 1)
    {
        _cluster = cluster;
        _offsets = offsets;
        cluster.Brokers[0].Answer<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(Beat, highest);
    }

    /// <summary>The heartbeats that came.</summary>
    public ConcurrentQueue<ConsumerGroupHeartbeatRequest> Beats { get; } = new();

    public int Epoch { get; private set; }

    public string? MemberId { get; private set; }

    /// <summary>What the member last said that it has.</summary>
    public int[] Owned { get; private set; } = [];

    /// <summary>The topic's id as it is told; another one is unknown to the cluster.</summary>
    public Guid? TopicId { get; set; }

    public void Give(params int[] partitions)
    {
        lock (_gate)
        {
            _gives = partitions;
            _told = null;
        }
    }

    public void Refuse(params ErrorCode[] codes)
    {
        lock (_gate)
        {
            Array.ForEach(codes, _refusals.Enqueue);
        }
    }

    /// <summary>The group goes on without the member.</summary>
    public void Expel()
    {
        lock (_gate)
        {
            Epoch = 0;
        }
    }

    private ConsumerGroupHeartbeatResponse Beat(ConsumerGroupHeartbeatRequest request)
    {
        lock (_gate)
        {
            Beats.Enqueue(request);
            if (_refusals.TryDequeue(out var code))
            {
                return new ConsumerGroupHeartbeatResponse { ErrorCode = code };
            }

            if (request.MemberEpoch > 0 && (request.MemberEpoch != Epoch || request.MemberId != MemberId))
            {
                return new ConsumerGroupHeartbeatResponse { ErrorCode = ErrorCode.FencedMemberEpoch };
            }

            if (request.MemberEpoch < 0)
            {
                Epoch = 0;
                _offsets.Become("", 0);
                return new ConsumerGroupHeartbeatResponse { MemberEpoch = request.MemberEpoch };
            }

            if (request.MemberEpoch == 0)
            {
                MemberId = string.IsNullOrEmpty(request.MemberId) ? "made-by-the-broker" : request.MemberId;
                Epoch++;
                _told = null;
            }

            Owned = request.TopicPartitions is null
                ? Owned
                : [.. request.TopicPartitions.SelectMany(each => each.Partitions).Order()];
            return Answer();
        }
    }

    private ConsumerGroupHeartbeatResponse Answer()
    {
        // What is to go is to go first; the rest comes when the member has said that it is gone.
        var mayHave = Owned.Except(_gives).Any() ? [.. Owned.Intersect(_gives)] : _gives;
        if (Owned.SequenceEqual(_gives) && _told is null)
        {
            Epoch++;
        }

        _offsets.Become(MemberId!, Epoch);
        var isNew = _told is null || !_told.SequenceEqual(mayHave);
        _told = mayHave;
        return new ConsumerGroupHeartbeatResponse
        {
            MemberId = MemberId,
            MemberEpoch = Epoch,
            HeartbeatIntervalMs = 10,
            Assignment = isNew ? new() { TopicPartitions = [Topic(mayHave)] } : null,
        };
    }

    private ConsumerGroupHeartbeatResponse.TopicPartitions Topic(int[] partitions) =>
        new() { TopicId = TopicId ?? _cluster.TopicId, Partitions = [.. partitions] };
}
