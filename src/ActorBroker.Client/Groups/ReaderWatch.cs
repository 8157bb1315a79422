using ActorBroker.Client.Consuming;

namespace ActorBroker.Client.Groups;

/// <summary>
/// Tells when the reader was away for too long. The reader only counts its moves; who looks now and then sees whether
/// it moved, so a reader pays nothing for the time of each record.
/// </summary>
internal sealed class ReaderWatch(ReaderTurns turns, TimeSpan limit, TimeProvider clock)
{
    private int _activity = turns.Activity;
    private long _activeAt = clock.GetTimestamp();

    /// <summary>How often to look: the limit is kept to within a tenth.</summary>
    public TimeSpan Interval { get; } = limit / 10;

    public bool IsAway
    {
        get
        {
            if (IsBackSince(_activity))
            {
                _activity = turns.Activity;
                _activeAt = clock.GetTimestamp();
                return false;
            }

            return clock.GetElapsedTime(_activeAt) >= limit;
        }
    }

    public int Activity => turns.Activity;

    /// <summary>True where the reader asked for something since, or waits now.</summary>
    public bool IsBackSince(int activity) => turns.IsReaderWaiting || turns.Activity != activity;
}
