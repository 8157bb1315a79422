using ActorBroker.Core.Catalogue;

namespace ActorBroker.Simulation.Cluster;

/// <summary>How a call to the catalogue ended, as far as the caller knows.</summary>
internal enum CallEnd
{
    /// <summary>It happened.</summary>
    Done,

    /// <summary>The document had another version: it did not happen.</summary>
    Refused,

    /// <summary>No answer came: it happened, or did not, or will.</summary>
    Unknown,
}

/// <summary>A change, as the feed tells it: a topic's new document or its removal, or a registration.</summary>
internal sealed record CatalogueNews(Guid TopicId, TopicDocument? Topic, BrokerRegistration? Broker);

/// <summary>
/// The catalogue: versioned documents with compare-and-set. It never forgets; but calls take time and get lost, answers
/// get lost, and each broker hears of changes later than they happen, in their order.
/// </summary>
internal sealed class SimCatalogue(World world)
{
    private const int PatienceUs = 150_000;

    private readonly SortedDictionary<string, TopicDocument> _topics = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, BrokerRegistration> _brokers = [];
    private readonly List<CatalogueNews> _journal = [];
    private readonly List<SimBroker> _followers = [];
    private long _lastBrokerEpoch;

    /// <summary>Brokers that can't reach it.</summary>
    public HashSet<int> Cut { get; } = [];

    /// <summary>Calls or answers that get lost.</summary>
    public double LossRate { get; set; }

    /// <summary>How late a broker hears of a change, at most.</summary>
    public int FeedDelayUsMax { get; set; } = 60_000;

    /// <summary>The topics as they are, in the order of their names.</summary>
    public IReadOnlyCollection<TopicDocument> Topics => _topics.Values;

    /// <summary>The registrations as they are.</summary>
    public IReadOnlyDictionary<int, BrokerRegistration> Brokers => _brokers;

    /// <summary>Changes so far: where a broker that reads everything now goes on.</summary>
    public int JournalEnd => _journal.Count;

    /// <summary>Whoever checks each change: the document before (null: new) and after (null: gone).</summary>
    public Action<TopicDocument?, TopicDocument?>? Changing { get; set; }

    public TopicDocument? Find(string name) => _topics.GetValueOrDefault(name);

    public TopicDocument? Find(Guid id) => _topics.Values.FirstOrDefault(topic => topic.Id == id);

    public void Follow(SimBroker broker) => _followers.Add(broker);

    public CatalogueNews Read(int position) => _journal[position];

    /// <summary>Runs an operation there and brings back its answer, if the ways are open.</summary>
    public void Call(SimBroker caller, Func<bool> operation, Action<CallEnd> done)
    {
        var isOver = false;
        void End(CallEnd end)
        {
            if (!isOver)
            {
                isOver = true;
                done(end);
            }
        }

        var (wasDone, wasRefused) = (
            caller.InThisLife(() => End(CallEnd.Done)), caller.InThisLife(() => End(CallEnd.Refused)));
        caller.After(PatienceUs, () => End(CallEnd.Unknown));
        if (Cut.Contains(caller.Id) || world.Random.Chance(LossRate))
        {
            return;
        }

        world.After(CallDelayUs(), () =>
        {
            var happened = operation();
            if (!Cut.Contains(caller.Id) && !world.Random.Chance(LossRate))
            {
                world.After(CallDelayUs(), happened ? wasDone : wasRefused);
            }
        });
    }

    /// <summary>Stores the document if the present one is the version before it.</summary>
    public bool TryWrite(TopicDocument topic)
    {
        var before = _topics.GetValueOrDefault(topic.Name);
        var isNext = before is null ? topic.Version == 1 : before.Id == topic.Id && before.Version + 1 == topic.Version;
        if (!isNext)
        {
            return false;
        }

        Changing?.Invoke(before, topic);
        _topics[topic.Name] = topic;
        Publish(new CatalogueNews(topic.Id, topic, null));
        return true;
    }

    /// <summary>Removes the topic if it still has this version.</summary>
    public bool TryDelete(TopicDocument topic)
    {
        if (_topics.GetValueOrDefault(topic.Name) is not { } before || before.Id != topic.Id ||
            before.Version != topic.Version)
        {
            return false;
        }

        Changing?.Invoke(before, null);
        _topics.Remove(topic.Name);
        Publish(new CatalogueNews(topic.Id, null, null));
        return true;
    }

    public long NextBrokerEpoch() => ++_lastBrokerEpoch;

    /// <summary>Registers a life of a broker, unless a later one is registered.</summary>
    public bool TryRegister(BrokerRegistration broker)
    {
        if (_brokers.TryGetValue(broker.Id, out var before) && before.Epoch > broker.Epoch)
        {
            return false;
        }

        var stored = broker with { Version = (before?.Version ?? 0) + 1 };
        _brokers[broker.Id] = stored;
        Publish(new CatalogueNews(Guid.Empty, null, stored));
        return true;
    }

    private void Publish(CatalogueNews news)
    {
        _journal.Add(news);
        foreach (var follower in _followers)
        {
            Announce(follower, _journal.Count);
        }
    }

    /// <summary>The follower hears of all changes up to this one, after a while.</summary>
    public void Announce(SimBroker follower, int upTo) =>
        follower.Receive(world.Random.Between(200, FeedDelayUsMax), () =>
        {
            if (Cut.Contains(follower.Id))
            {
                Announce(follower, upTo);
            }
            else
            {
                follower.Hear(upTo);
            }
        });

    private int CallDelayUs() => world.Random.Chance(0.02)
        ? world.Random.Between(5_000, 200_000)
        : world.Random.Between(100, 3_000);
}
