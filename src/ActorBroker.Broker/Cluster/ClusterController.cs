// The controller's shell. Every broker has one; it works while its broker is the lowest that lives. There is no term
// and no hand-over: the machine decides from what the broker knows, and a compare-and-set judges whether that was so.
using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Background;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Topics;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Cluster;

/// <summary>Elects leaders and keeps the in-sync sets honest, as far as no leader can do it.</summary>
internal sealed class ClusterController : IAsyncDisposable
{
    /// <summary>Between two tries of work that fails.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    /// <summary>Brokers that start together have all come after this time.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(10);

    private readonly BrokerState _state;
    private readonly CatalogueFollower _follower;
    private readonly ControllerMeters _meters;
    private readonly ILogger _logger;
    private readonly WorkerThreads _thread = new("controller", 1);
    private readonly ITimer _retry;
    private readonly Lock _gate = new();
    private readonly PeriodicJob? _balance;
    private bool _isWanted;
    private bool _isRunning;
    private bool _stopped;
    private bool _isFailing;
    private string _members = "";

    public ClusterController(
        BrokerState state, CatalogueFollower follower, ControllerMeters meters, TimeProvider time, ILogger logger)
    {
        _state = state;
        _follower = follower;
        _meters = meters;
        _logger = logger;
        _retry = time.CreateTimer(
            static state => ((ClusterController)state!).Look(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        state.Cluster.Changed += OnChanged;
        if (state.Config.Get(BrokerKeys.AutoLeaderRebalanceEnable))
        {
            var interval = state.Config.Get(BrokerKeys.LeaderImbalanceCheckIntervalSeconds);
            _balance = new PeriodicJob("leader balance", interval * 1000, time, logger, BalanceAsync);
        }

        OnChanged();
    }

    /// <summary>Ends the work, and waits for what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        _state.Cluster.Changed -= OnChanged;
        lock (_gate)
        {
            _stopped = true;
        }

        if (_balance is not null)
        {
            await _balance.DisposeAsync().ConfigureAwait(false);
        }

        _thread.Dispose();
        await _retry.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Moves leaderships back to the preferred replicas, where too many are elsewhere.</summary>
    internal Task BalanceAsync(CancellationToken cancel) => _thread.RunAsync(() =>
    {
        var image = _state.Cluster.Image;
        if (image.ControllerId == _state.BrokerId)
        {
            var percentage = _state.Config.Get(BrokerKeys.LeaderImbalancePerBrokerPercentage);
            TopicDocument[] topics = [.. image.TopicsByName.Values];
            Write(image, ControllerMachine.BalanceLeaders(topics, _state.Cluster.View, percentage));
        }

        return true;
    });

    private void OnChanged()
    {
        NoteMembers(_state.Cluster.Image);
        Look();
    }

    private void Look()
    {
        lock (_gate)
        {
            _isWanted = _state.Cluster.Image.ControllerId == _state.BrokerId;
            if (!_isWanted || _isRunning || _stopped)
            {
                return;
            }

            _isRunning = true;
        }

        _thread.RunAsync(() =>
        {
            Work();
            return true;
        });
    }

    private void Work()
    {
        while (true)
        {
            lock (_gate)
            {
                if (!_isWanted || _stopped)
                {
                    _isRunning = false;
                    return;
                }

                _isWanted = false;
            }

            try
            {
                var image = _state.Cluster.Image;
                Write(image, ControllerMachine.Supervise(
                    image.TopicsByName.Values, _state.Cluster.View, SettingsOf));
                WidenOffsetsTopic();
                _isFailing = false;
            }
#pragma warning disable CA1031 // Whatever went wrong, it is tried again: nobody else elects, and no change may come.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (!_isFailing)
                {
                    _isFailing = true;
                    ClusterLogs.ControllerFailed(_logger, failure);
                }

                _retry.Change(Rest, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>
    /// Writes all of it at once. Where somebody else was faster, the newer document comes with the next image, and with
    /// it the next look.
    /// </summary>
    private void Write(ClusterImage image, IReadOnlyList<TopicDocument> topics)
    {
        if (topics.Count == 0)
        {
            return;
        }

        var written = _state.Catalogue.TryWriteTopics(topics);
        var elections = new ElectionCount(_state.Cluster.View);
        for (var index = 0; index < topics.Count; index++)
        {
            if (written[index])
            {
                elections.Add(image.TopicsByName[topics[index].Name], topics[index]);
            }
        }

        Report(elections);

        _follower.SyncAsync([.. topics.Select(static topic => ClusterCatalogue.TopicKey(topic.Name))])
            .GetAwaiter().GetResult();
    }

    private void WidenOffsetsTopic()
    {
        var (image, view) = (_state.Cluster.Image, _state.Cluster.View);
        if (!image.TopicsByName.TryGetValue(TopicNames.ConsumerOffsets, out var topic))
        {
            return;
        }

        var factor = _state.Config.Get(BrokerKeys.OffsetsTopicReplicationFactor);
        var minInSync = SettingsOf(topic).MinInsyncReplicas;
        var isCalm = _follower.SinceMembersChanged >= Calm;
        if (topic.Widen(factor, view, minInSync, isCalm) is { } next)
        {
            Write(image, [next]);
        }
        else if (!isCalm && topic.Widen(factor, view, minInSync, isCalm: true) is not null)
        {
            _retry.Change(Calm, Timeout.InfiniteTimeSpan);
        }
    }

    private void Report(ElectionCount elections)
    {
        if (elections.Elected == 0)
        {
            return;
        }

        if (elections.AfterLoss)
        {
            var elapsed = _follower.SinceMembersChanged;
            _meters.Elected(elections, elapsed);
            ClusterLogs.Elected(_logger, elections.Elected, (long)elapsed.TotalMilliseconds);
        }
        else
        {
            _meters.Elected(elections, null);
            ClusterLogs.Moved(_logger, elections.Elected);
        }

        if (elections.Unclean > 0)
        {
            ClusterLogs.UncleanlyElected(_logger, elections.Unclean);
        }
    }

    private void NoteMembers(ClusterImage image)
    {
        var members = string.Join(", ", image.Brokers.Keys);
        if (members != _members && image.Registered.Count > 1)
        {
            _members = members;
            ClusterLogs.Members(_logger, members, image.ControllerId);
        }
    }

    private ElectionSettings SettingsOf(TopicDocument topic)
    {
        var config = _state.Config.ForTopic(topic.Configs);
        return new ElectionSettings(config.MinInsyncReplicas, config.UncleanLeaderElection);
    }
}
