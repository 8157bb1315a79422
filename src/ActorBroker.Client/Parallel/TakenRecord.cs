namespace ActorBroker.Client.Parallel;

/// <summary>A record that was taken to be processed.</summary>
internal sealed class TakenRecord(long offset, int leaderEpoch)
{
    public long Offset => offset;

    public int LeaderEpoch => leaderEpoch;

    public bool IsDone { get; set; }
}
