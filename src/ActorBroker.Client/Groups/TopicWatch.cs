using ActorBroker.Client.Cluster;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>Knows when to look at the cluster's topics again, and which of them a subscription means.</summary>
internal sealed class TopicWatch(ClusterClient cluster)
{
    /// <summary>While a topic is missing, it is looked for more often.</summary>
    private static readonly TimeSpan MissingInterval = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock = cluster.Options.TimeProvider;
    private long? _lookedAt;

    public bool IsMissingSome { get; set; }

    public TimeSpan Next
    {
        get
        {
            var left = _lookedAt is { } at ? Interval - _clock.GetElapsedTime(at) : TimeSpan.Zero;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    private TimeSpan Interval => IsMissingSome && MissingInterval < cluster.Options.MetadataMaxAge
        ? MissingInterval
        : cluster.Options.MetadataMaxAge;

    /// <summary>The next look is due.</summary>
    public void LookAgain() => _lookedAt = null;

    /// <summary>The topics that match, in order.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(
        System.Text.RegularExpressions.Regex pattern, CancellationToken cancel)
    {
        var topics = await cluster.AllTopicsAsync(cancel).ConfigureAwait(false);
        List<string> found = [.. topics
            .Where(each => each is { Error: ErrorCode.None, IsInternal: false } && pattern.IsMatch(each.Name))
            .Select(each => each.Name)
            .Order(StringComparer.Ordinal)];
        IsMissingSome = found.Count == 0;
        _lookedAt = _clock.GetTimestamp();
        return found;
    }

    /// <summary>What the cluster says of topics that exist.</summary>
    public async Task<IReadOnlyList<TopicMetadata>> DescribeAsync(
        IReadOnlyCollection<string> names, CancellationToken cancel)
    {
        var topics = names.Count == 0 ? [] : await cluster.TopicsAsync(names, cancel).ConfigureAwait(false);
        var known = topics.Where(each => each.Error == ErrorCode.None).ToList();
        IsMissingSome = known.Count < names.Count;
        _lookedAt = _clock.GetTimestamp();
        return known;
    }
}
