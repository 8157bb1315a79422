namespace ActorBroker.Client.Cluster;

/// <summary>
/// A broker that was stopped, or cut off, keeps its connections and never answers. An answer that is late is reason to
/// ask the others whether somebody else has taken its place.
/// </summary>
internal static class LateAnswer
{
    /// <summary>How late an answer is when others are asked.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Waits for the answer, whatever it is; true where it has not come in this time.</summary>
    public static async Task<bool> IsLateAsync(this Task answer, TimeSpan patience, TimeProvider clock)
    {
        await answer.WaitAsync(patience, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !answer.IsCompleted;
    }
}
