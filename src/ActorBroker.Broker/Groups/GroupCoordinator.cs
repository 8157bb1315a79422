// The door to all groups that this broker coordinates. A group's coordinator is the leader of its partition of
// __consumer_offsets; each such partition that this broker leads has a shard. A request finds its shard by the group's
// hash, whether there are one or fifty brokers; shards come and go with the leaderships that the cluster's image shows.
using System.Collections.Concurrent;
using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Background;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Coordinators;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Topics;
using ActorBroker.Records;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Groups;

/// <summary>Consumer groups: members, assignments and committed offsets.</summary>
/// <remarks>
/// Every method answers by value and never throws for what a client sent or a disk did. NOT_COORDINATOR: another
/// broker coordinates the group. COORDINATOR_LOAD_IN_PROGRESS: its state is being read. COORDINATOR_NOT_AVAILABLE: it
/// could not be stored, or too many requests wait; clients repeat all three. Memory of a command must stay as it is:
/// what a group keeps of it is not copied again.
/// </remarks>
public sealed partial class GroupCoordinator : IAsyncDisposable
{
    private const int LoadThreads = 2;

    private readonly ConcurrentDictionary<int, GroupShard> _shards = new();
    private readonly BrokerState _state;
    private readonly OffsetsTopic _offsetsTopic;
    private readonly GroupShardContext _context;
    private readonly WorkerThreads _loaders = new("groups", LoadThreads);
    private readonly PeriodicJob _expiry;
    private readonly Lock _gate = new();
    private int _partitionCount;
    private bool _stopped;

    internal GroupCoordinator(BrokerState state, Admin.TopicService topics, BrokerEnvironment environment)
    {
        _state = state;
        var config = state.Config;
        var logger = environment.Loggers.CreateLogger<GroupCoordinator>();
        _offsetsTopic = new OffsetsTopic(state, topics, logger);
        _context = new GroupShardContext(
            environment.Time, logger, GroupConfig.SettingsOf(state), Meters, _loaders)
        {
            CommitTimeoutMs = config.Get(BrokerKeys.OffsetsCommitTimeoutMs),
            LoadBytes = config.Get(BrokerKeys.OffsetsLoadBufferSize),
            BatchOptions = new RecordBatchOptions
            {
                Codec = (CompressionCodec)config.Get(BrokerKeys.OffsetsTopicCompressionCodec),
            },
        };
        _expiry = new PeriodicJob(
            "offset expiry", config.Get(BrokerKeys.OffsetsRetentionCheckIntervalMs), environment.Time, logger,
            ExpireAsync);
        state.Cluster.Changed += Follow;
        Follow();
    }

    internal GroupMeters Meters { get; } = new();

    internal IEnumerable<GroupShard> Shards => _shards.Values;

    /// <summary>
    /// Says who coordinates a group; where the offsets topic is not there yet, it is created first.
    /// </summary>
    public async Task<CoordinatorLocation> FindAsync(string groupId, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(groupId);
        var (error, message) = await _offsetsTopic.EnsureAsync(cancel).ConfigureAwait(false);
        if (error != ErrorCode.None ||
            !_state.Cluster.Image.TopicsByName.TryGetValue(TopicNames.ConsumerOffsets, out var topic))
        {
            return new CoordinatorLocation(ErrorCode.CoordinatorNotAvailable, -1, message);
        }

        var leader = topic.Partitions[CoordinatorHash.Partition(groupId, topic.Partitions.Length)].Leader;
        return leader < 0
            ? new CoordinatorLocation(ErrorCode.CoordinatorNotAvailable, -1, "the group's partition has no leader")
            : new CoordinatorLocation(ErrorCode.None, leader);
    }

    /// <summary>ListGroups, without its filters.</summary>
    public async Task<GroupListing> ListAsync()
    {
        var (error, groups) = await GatherAsync<ListedGroup>(
            static (machine, turn, reply) => machine.List(turn, reply)).ConfigureAwait(false);
        return new GroupListing(error, groups);
    }

    /// <summary>All groups here with all that they have committed, for lag.</summary>
    public async Task<GroupsOverview> OverviewAsync()
    {
        var (error, groups) = await GatherAsync<GroupOverview>(
            static (machine, turn, reply) => machine.Overview(turn, reply)).ConfigureAwait(false);
        return new GroupsOverview(error, groups);
    }

    /// <summary>Stops taking requests, answers whoever is parked, and stores what was decided.</summary>
    public async ValueTask DisposeAsync()
    {
        _state.Cluster.Changed -= Follow;
        lock (_gate)
        {
            _stopped = true;
        }

        await _expiry.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_shards.Values.Select(static shard => shard.EndAsync(ErrorCode.NotCoordinator)))
            .ConfigureAwait(false);
        _loaders.Dispose();
    }

    /// <summary>Shards follow the leaderships of the newest image; each hears of changed topics.</summary>
    private void Follow()
    {
        lock (_gate)
        {
            var image = _state.Cluster.Image;
            if (_stopped || _context.Topics.IsOf(image))
            {
                return;
            }

            _context.Topics = new GroupTopicView(image, _state.Catalogue.ReadTopic);
            image.TopicsByName.TryGetValue(TopicNames.ConsumerOffsets, out var topic);
            foreach (var (index, shard) in _shards)
            {
                if (topic is null || shard.Partition.TopicId != topic.Id || !Leads(index))
                {
                    _shards.TryRemove(index, out _);
                    _ = shard.EndAsync(ErrorCode.NotCoordinator);
                }
                else
                {
                    shard.ChangeTopics();
                }
            }

            for (var index = 0; index < (topic?.Partitions.Length ?? 0); index++)
            {
                if (Leads(index) && !_shards.ContainsKey(index) &&
                    _state.Partitions.TryGet(topic!.Id, index, out var partition))
                {
                    var shard = new GroupShard(partition, _context);
                    _shards[index] = shard;
                    shard.Start();
                }
            }

            Volatile.Write(ref _partitionCount, topic?.Partitions.Length ?? 0);

            bool Leads(int index) =>
                index < topic!.Partitions.Length && topic.Partitions[index].Leader == _state.BrokerId;
        }
    }

    /// <summary>Asks every shard; the error is of those that could not say anything.</summary>
    private async Task<(ErrorCode Error, IReadOnlyList<T> Rows)> GatherAsync<T>(
        Action<GroupCoordinatorMachine, GroupTurn, Reply<IReadOnlyList<T>>> ask)
    {
        var error = ErrorCode.None;
        var asking = _shards.Values.Select(shard => Ask<IReadOnlyList<T>>(shard, ask, refused =>
        {
            error = refused == ErrorCode.NotCoordinator ? error : refused;
            return [];
        })).ToArray();
        var rows = await Task.WhenAll(asking).ConfigureAwait(false);
        return (error, [.. rows.SelectMany(static each => each)]);
    }

    private Task ExpireAsync(CancellationToken cancel)
    {
        foreach (var shard in _shards.Values)
        {
            shard.ExpireOffsets();
        }

        return Task.CompletedTask;
    }

    private Task<T> AskAsync<T>(
        string groupId,
        Action<GroupCoordinatorMachine, GroupTurn, Reply<T>> ask,
        Func<ErrorCode, T> refusal,
        bool mayBeEmpty = false,
        bool isShort = false)
    {
        ArgumentNullException.ThrowIfNull(groupId);
        if (groupId.Length == 0 && !mayBeEmpty)
        {
            return Task.FromResult(refusal(ErrorCode.InvalidGroupId));
        }

        var count = Volatile.Read(ref _partitionCount);
        return count > 0 && _shards.TryGetValue(CoordinatorHash.Partition(groupId, count), out var shard)
            ? Ask(shard, ask, refusal, isShort)
            : Task.FromResult(refusal(ErrorCode.NotCoordinator));
    }

    private static Task<T> Ask<T>(
        GroupShard shard,
        Action<GroupCoordinatorMachine, GroupTurn, Reply<T>> ask,
        Func<ErrorCode, T> refusal,
        bool isShort = false)
    {
        var request = new GroupRequest<T>(ask, refusal);
        if (!(isShort ? shard.TryPostAndRun(request) : shard.TryPost(request)))
        {
            request.Refuse(ErrorCode.CoordinatorNotAvailable);
        }

        return request.Answer;
    }
}
