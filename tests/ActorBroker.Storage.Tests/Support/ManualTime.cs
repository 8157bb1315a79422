namespace ActorBroker.Storage.Tests.Support;

/// <summary>A clock that stands still until it is moved.</summary>
public sealed class ManualTime : TimeProvider
{
    public const long StartMs = 1_700_000_000_000;

    public long NowMs { get; set; } = StartMs;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);
}
