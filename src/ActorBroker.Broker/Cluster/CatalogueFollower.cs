// The one worker that turns what the catalogue and the membership say into what this broker does. It is driven by
// state, not by events: a change only says which document to look at again, so that changes which come in quick
// succession, twice or late cost nothing and break nothing. Nobody else changes the image or opens and closes replicas.
// What can't be applied is looked at again and again, as no other change of it may come, and holds nothing else up.
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

    /// <summary>Between two tries of what could not be applied.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    /// <summary>Stands for no document, but for who lives: to look at that is all that there is to do.</summary>
    private static readonly CatalogueKey Members = new("members", "live");

    private readonly BrokerState _state;
    private readonly IMembership _membership;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly ITimer _retry;
    private readonly HashSet<CatalogueKey> _failing = [];
    private HashSet<CatalogueKey> _changed = [];
    private List<Waiter> _waiting = [];
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
        _retry = time.CreateTimer(
            static state => ((CatalogueFollower)state!).Retry(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
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
            _changed.Add(Members);
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

            _waiting.Add(new Waiter(done, [.. keys]));
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
        await _retry.DisposeAsync().ConfigureAwait(false);
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
            _changed.Add(Members);
            Run();
        }
    }

    private void Retry()
    {
        lock (_gate)
        {
            _changed.UnionWith(_failing);
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
            List<Waiter> waiting;
            lock (_gate)
            {
                if (_stopped || (_changed.Count == 0 && _waiting.Count == 0))
                {
                    _isRunning = false;
                    _waiting.ForEach(static each => each.Done.TrySetResult());
                    _waiting = [];
                    return;
                }

                (changed, _changed) = (_changed, []);
                (waiting, _waiting) = (_waiting, []);
            }

            var failures = await TryApplyAsync(changed).ConfigureAwait(false);
            Note(changed, failures);
            waiting.ForEach(each => each.Answer(failures));
        }
    }

    /// <summary>
    /// All at once; where that fails one by one, so that what can't be applied holds nothing else up. To try again
    /// does nothing twice, as each try goes by what is and what should be.
    /// </summary>
    private async Task<Dictionary<CatalogueKey, Exception>> TryApplyAsync(HashSet<CatalogueKey> changed)
    {
        var failures = new Dictionary<CatalogueKey, Exception>();
        if (await FailureOfAsync(changed).ConfigureAwait(false) is not null)
        {
            foreach (var key in changed)
            {
                if (await FailureOfAsync([key]).ConfigureAwait(false) is { } failure)
                {
                    failures.Add(key, failure);
                }
            }
        }

        return failures;
    }

    private async Task<Exception?> FailureOfAsync(HashSet<CatalogueKey> changed)
    {
        try
        {
            await ApplyAsync(changed).ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // Whoever waits is told, the log tells the others, and it is tried again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return failure;
        }
    }

    /// <summary>What failed is looked at again after a rest; the log says so when it begins.</summary>
    private void Note(HashSet<CatalogueKey> changed, Dictionary<CatalogueKey, Exception> failures)
    {
        foreach (var (key, failure) in failures)
        {
            if (!_failing.Contains(key))
            {
                ClusterLogs.FollowFailed(_logger, $"{key.Kind}/{key.Name}", failure);
            }
        }

        lock (_gate)
        {
            _failing.ExceptWith(changed);
            _failing.UnionWith(failures.Keys);
            if (_failing.Count > 0)
            {
                _retry.Change(Rest, Timeout.InfiniteTimeSpan);
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
        var folders = await _state.Partitions.SetMovedAsideAsync(topic, index => IsGone(topic, index))
            .ConfigureAwait(false);
        if (folders.Count > 0)
        {
            var delayMs = _state.Config.ForTopic(topic.Configs).FileDeleteDelayMs;
            _state.Removals.Add(topic.Id, folders, complete: false, delayMs);
        }
    }

    /// <summary>
    /// The document may be an old one by now, and this broker a replica again, whose answers count. So it is asked
    /// for as it is, once the replica answers no more.
    /// </summary>
    private bool IsGone(TopicDocument topic, int index)
    {
        _state.Catalogue.Documents.Refresh(ClusterCatalogue.TopicKey(topic.Name));
        var now = _state.Catalogue.ReadTopic(topic.Name);
        return now?.Id != topic.Id || !now.Partitions[index].Replicas.Contains(_state.BrokerId);
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

    /// <summary>Whoever waits until documents are applied.</summary>
    private readonly record struct Waiter(TaskCompletionSource Done, CatalogueKey[] Keys)
    {
        public void Answer(Dictionary<CatalogueKey, Exception> failures)
        {
            foreach (var key in Keys)
            {
                if (failures.TryGetValue(key, out var failure))
                {
                    Done.TrySetException(failure);
                    return;
                }
            }

            Done.TrySetResult();
        }
    }
}
