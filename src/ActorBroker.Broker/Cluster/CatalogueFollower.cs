// The one worker that turns what the catalogue and the membership say into what this broker does. It is driven by
// state, not by events: a change only says which document to look at again, so that changes which come in quick
// succession, twice or late cost nothing and break nothing. Nobody else changes the image or opens and closes replicas.
using ActorBroker.Broker.Catalogue;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Cluster;

/// <summary>Makes this broker follow the catalogue.</summary>
internal sealed partial class CatalogueFollower : IAsyncDisposable
{
    /// <summary>
    /// Replicas that take longer to open than this do so while the follower goes on: a disk that hangs must not keep
    /// the broker from hearing of elections.
    /// </summary>
    private static readonly TimeSpan OpeningTime = TimeSpan.FromSeconds(5);

    private readonly BrokerState _state;
    private readonly IMembership _membership;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private HashSet<CatalogueKey> _changed = [];
    private List<TaskCompletionSource> _waiting = [];
    private bool _membersChanged;
    private bool _held = true;
    private bool _stopped;
    private Task _running = Task.CompletedTask;
    private bool _isRunning;
    private long _membersChangedAt;

    /// <summary>Notes changes from here on; they are applied from <see cref="Begin"/> on.</summary>
    public CatalogueFollower(BrokerState state, IMembership membership, TimeProvider time, ILogger logger)
    {
        _state = state;
        _membership = membership;
        _time = time;
        _logger = logger;
        state.Catalogue.Documents.Changed += OnChanged;
        membership.Changed += OnMembersChanged;
    }

    /// <summary>How long ago the membership last said something new; any thread.</summary>
    public TimeSpan SinceMembersChanged => _time.GetElapsedTime(Volatile.Read(ref _membersChangedAt));

    /// <summary>Applies what has changed since the start, and goes on from there.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _held = false;
            _membersChanged = true;
            Run();
        }
    }

    /// <summary>Ends when this broker does what the document says that was just written.</summary>
    /// <exception cref="Exception">What went wrong while the document was applied.</exception>
    public Task SyncAsync(params ReadOnlySpan<CatalogueKey> keys)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_stopped)
            {
                return Task.CompletedTask;
            }

            foreach (var key in keys)
            {
                _changed.Add(key);
            }

            _waiting.Add(done);
            Run();
        }

        return done.Task;
    }

    /// <summary>Applies no more, and waits for what is being applied.</summary>
    public async ValueTask DisposeAsync()
    {
        _state.Catalogue.Documents.Changed -= OnChanged;
        _membership.Changed -= OnMembersChanged;
        Task running;
        lock (_gate)
        {
            _stopped = true;
            running = _running;
        }

        await running.ConfigureAwait(false);
    }

    private void OnChanged(CatalogueChange change)
    {
        lock (_gate)
        {
            _changed.Add(change.Key);
            Run();
        }
    }

    private void OnMembersChanged()
    {
        lock (_gate)
        {
            Volatile.Write(ref _membersChangedAt, _time.GetTimestamp());
            _membersChanged = true;
            Run();
        }
    }

    private void Run()
    {
        if (!_isRunning && !_held && !_stopped)
        {
            _isRunning = true;
            _running = Task.Run(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            HashSet<CatalogueKey> changed;
            List<TaskCompletionSource> waiting;
            lock (_gate)
            {
                if (_stopped || (_changed.Count == 0 && _waiting.Count == 0 && !_membersChanged))
                {
                    _isRunning = false;
                    _waiting.ForEach(static each => each.TrySetResult());
                    _waiting = [];
                    return;
                }

                (changed, _changed) = (_changed, []);
                (waiting, _waiting) = (_waiting, []);
                _membersChanged = false;
            }

            try
            {
                await ApplyAsync(changed).ConfigureAwait(false);
                waiting.ForEach(static each => each.TrySetResult());
            }
#pragma warning disable CA1031 // Whoever waits is told; the others find it in the log, and the next change goes on.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                ClusterLogs.FollowFailed(_logger, failure);
                waiting.ForEach(each => each.TrySetException(failure));
            }
        }
    }

    private async Task ApplyAsync(HashSet<CatalogueKey> changed)
    {
        var image = _state.Cluster.Image;
        image = WithBrokers(image, changed.Where(static key => key.Kind == ClusterCatalogue.Brokers));
        if (changed.Any(key =>
            key == ClusterCatalogue.ConfigKey(null) || key == ClusterCatalogue.ConfigKey(_state.BrokerId)))
        {
            _state.ApplyDynamicConfigs();
        }

        if (changed.Any(static key => key.Kind == ClusterCatalogue.GroupConfigs))
        {
            _state.ApplyGroupConfigs();
        }

        var leaving = new List<Task>();
        var topics = new List<TopicDocument>();
        foreach (var key in changed.Where(static key => key.Kind == ClusterCatalogue.Topics))
        {
            var known = image.TopicsByName.GetValueOrDefault(key.Name);
            var topic = _state.Catalogue.ReadTopic(key.Name);
            if (known is not null && known.Id != topic?.Id)
            {
                image = image.Without(known);
                leaving.Add(RemoveAsync(known));
            }

            if (topic is not null && (topic.Id != known?.Id || topic.Version > known.Version))
            {
                topics.Add(topic);
            }
        }

        if (leaving.Count > 0)
        {
            // Clients hear of it before its partitions are gone, and a new topic of that name needs the folder's name.
            Publish(image);
            await Task.WhenAll(leaving).ConfigureAwait(false);
        }

        await ApplyAsync(topics).ConfigureAwait(false);
        Publish(topics.Aggregate(image, static (next, topic) => next.With(topic)));
    }

    /// <summary>Opens what is new here, sets aside what has moved away, and tells whoever stays.</summary>
    private async Task ApplyAsync(List<TopicDocument> topics)
    {
        var opening = new List<Task>();
        foreach (var topic in topics)
        {
            opening.Add(MoveAwayAsync(topic));
            opening.AddRange(
                _state.Partitions.Open(topic, _state.Config.ForTopic(topic.Configs), cleanShutdown: false));
        }

        try
        {
            await Task.WhenAll(opening).WaitAsync(OpeningTime, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            ClusterLogs.SlowOpening(_logger, opening.Count(static each => !each.IsCompleted));
        }

        foreach (var topic in topics)
        {
            _state.Partitions.Update(topic, _state.Config.ForTopic(topic.Configs));
        }
    }

    private async Task RemoveAsync(TopicDocument topic)
    {
        var (folders, complete) = await _state.Partitions.SetAsideAsync(topic).ConfigureAwait(false);
        _state.Removals.Add(topic.Id, folders, complete, _state.Config.ForTopic(topic.Configs).FileDeleteDelayMs);
    }

    private async Task MoveAwayAsync(TopicDocument topic)
    {
        var folders = await _state.Partitions.SetMovedAsideAsync(topic).ConfigureAwait(false);
        if (folders.Count > 0)
        {
            var delayMs = _state.Config.ForTopic(topic.Configs).FileDeleteDelayMs;
            _state.Removals.Add(topic.Id, folders, complete: false, delayMs);
        }
    }

    private ClusterImage WithBrokers(ClusterImage image, IEnumerable<CatalogueKey> changed)
    {
        var registered = image.Registered;
        foreach (var key in changed)
        {
            if (int.TryParse(key.Name, out var id))
            {
                registered = _state.Catalogue.ReadBroker(id) is { } broker
                    ? registered.SetItem(id, broker)
                    : registered.Remove(id);
            }
        }

        return image with { Registered = registered };
    }

    /// <summary>
    /// Who lives is looked at last, so that no image shows a leader's death later than its successor.
    /// </summary>
    private void Publish(ClusterImage image)
    {
        var live = _membership.Live;
        var view = new ClusterView(image.Registered.Values, live);
        _state.Cluster.Set(image.WithLive(live), view);
        _state.Partitions.Replication.See(view, _state.Partitions);
    }
}
