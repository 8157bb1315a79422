namespace ActorBroker.Core.Replication;

/// <summary>
/// The next append for one follower. The shell reads up to <see cref="MaxBytes"/> from the log at <see cref="From"/>
/// (none where that is the log's end), tells the machine what it sent, and hands its answer back.
/// </summary>
/// <param name="LeaderEpoch">In which leadership; answers of another one say nothing.</param>
/// <param name="FollowerId">For whom.</param>
/// <param name="Round">To be given back with the answer.</param>
/// <param name="From">The append's previous offset.</param>
/// <param name="PreviousEpoch">The append's previous epoch.</param>
/// <param name="StartsAnew">The append's flag of this name.</param>
/// <param name="MaxBytes">At most this many bytes, or one batch if that is larger; 0: no records.</param>
public readonly record struct AppendPlan(
    int LeaderEpoch, int FollowerId, int Round, long From, int PreviousEpoch, bool StartsAnew, int MaxBytes)
{
    /// <summary>The log's start that the append tells, at least.</summary>
    public long LogStartOffset { get; init; }
}
