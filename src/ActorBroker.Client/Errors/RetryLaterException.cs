namespace ActorBroker.Client;

/// <summary>
/// Thrown by a handler of <see cref="IConsumer{TKey,TValue}.ConsumeParallelAsync"/> that can't process a record now:
/// the record's partition rests and goes back to it, and all other partitions go on.
/// </summary>
public sealed class RetryLaterException : Exception
{
    /// <summary>The record is processed again after <paramref name="pause"/>, a day at most.</summary>
    public RetryLaterException(TimeSpan pause, Exception? innerException = null)
        : base($"The record can't be processed now; it is to be tried again in {pause}.", innerException)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pause, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pause, TimeSpan.FromDays(1));
        Pause = pause;
    }

    /// <summary>How long the partition rests.</summary>
    public TimeSpan Pause { get; }
}
