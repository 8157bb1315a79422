namespace ActorBroker.Broker.Groups;

/// <summary>What coordinators count; any thread.</summary>
internal sealed class GroupMeters
{
    private long _commits;
    private long _expired;
    private long _loads;
    private long _failures;

    /// <summary>Offsets that were committed.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Offsets that expired.</summary>
    public long Expired => Volatile.Read(ref _expired);

    /// <summary>Shards that read their log.</summary>
    public long Loads => Volatile.Read(ref _loads);

    /// <summary>Shards that were dropped, to be read again.</summary>
    public long Failures => Volatile.Read(ref _failures);

    public void Committed(int offsets) => Interlocked.Add(ref _commits, offsets);

    public void Expire(int offsets) => Interlocked.Add(ref _expired, offsets);

    public void Load() => Interlocked.Increment(ref _loads);

    public void Fail() => Interlocked.Increment(ref _failures);
}
