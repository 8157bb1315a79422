namespace ActorBroker.Gateway;

/// <summary>The numbers of one listener.</summary>
internal sealed class ListenerMeter(string listener)
{
    private readonly KeyValuePair<string, object?>[] _tags = [new("listener", listener)];
    private long _accepted;
    private long _refused;
    private long _ended;

    public ReadOnlySpan<KeyValuePair<string, object?>> Tags => _tags;

    public long Accepted => Volatile.Read(ref _accepted);

    public long Refused => Volatile.Read(ref _refused);

    public long Open => Accepted - Volatile.Read(ref _ended);

    public void Accept() => Interlocked.Increment(ref _accepted);

    public void Refuse() => Interlocked.Increment(ref _refused);

    public void End() => Interlocked.Increment(ref _ended);
}
