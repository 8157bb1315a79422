namespace ActorBroker.Client;

/// <summary>The pauses between repetitions: doubling, up to the options' limit.</summary>
internal static class Backoff
{
    private const int DoublingsMax = 20;

    public static TimeSpan Pause(ClientOptions options, int failuresBefore)
    {
        var pause = options.RetryBackoff * (1 << Math.Min(failuresBefore, DoublingsMax));
        return pause < options.RetryBackoffMax ? pause : options.RetryBackoffMax;
    }
}
