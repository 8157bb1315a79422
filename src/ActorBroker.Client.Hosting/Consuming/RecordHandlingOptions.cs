namespace ActorBroker.Client;

/// <summary>How a host calls the handlers of a consumer.</summary>
public sealed record RecordHandlingOptions
{
    private const int DoublingsMax = 20;

    /// <summary>How many records at a time, and what of them in order; partitions, unless told otherwise.</summary>
    public ParallelConsumeOptions Parallel { get; init; } = new();

    /// <summary>The pause after a record's first failure; it doubles with each further one.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between two attempts at a record.</summary>
    public TimeSpan RetryPauseMax { get; init; } = TimeSpan.FromSeconds(30);

    internal TimeSpan PauseAfter(int failures)
    {
        var pause = RetryPause * (1 << Math.Min(failures - 1, DoublingsMax));
        return pause < RetryPauseMax ? pause : RetryPauseMax;
    }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryPause, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryPauseMax, RetryPause);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RetryPauseMax, TimeSpan.FromDays(1));
    }
}
