using ActorBroker.Client.Consuming;

namespace ActorBroker.Client.Groups;

/// <summary>
/// Tells when the reader was away for too long. The reader only counts its moves; who looks now and then sees whether
/// it moved, so a reader pays nothing for the time of each record.
/// </summary>
internal sealed class ReaderWatch(ReaderTurns turns, TimeSpan limit, TimeProvider clock)
{
    private int _moves = turns.Moves;
    private long _movedAt = clock.GetTimestamp();

    /// <summary>How often to look: the limit is kept to within a tenth.</summary>
    public TimeSpan Interval { get; } = limit / 10;

    public bool IsAway
    {
        get
        {
            if (IsBackSince(_moves))
            {
                _moves = turns.Moves;
                _movedAt = clock.GetTimestamp();
                return false;
            }

            return clock.GetElapsedTime(_movedAt) >= limit;
        }
    }

    public int Moves => turns.Moves;

    /// <summary>True where the reader asked for something since, or waits now.</summary>
    public bool IsBackSince(int moves) => turns.IsReaderWaiting || turns.Moves != moves;
}
