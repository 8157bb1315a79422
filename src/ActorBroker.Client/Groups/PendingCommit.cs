namespace ActorBroker.Client.Groups;

/// <summary>One call of a commit, and how it ends: when the last of its partitions is settled.</summary>
/// <param name="left">How many partitions it has.</param>
/// <param name="calledAt">The clock's timestamp of the call.</param>
internal sealed class PendingCommit(int left, long calledAt)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _failure;
    private int _left = left;

    public long CalledAt => calledAt;

    public Task Done => _done.Task;

    /// <summary>One partition is stored, or refused; the first refusal is told in the end.</summary>
    public void Settle(Exception? failure)
    {
        _failure ??= failure;
        if (--_left > 0)
        {
            return;
        }

        if (_failure is null)
        {
            _done.SetResult();
            return;
        }

        _done.SetException(_failure);

        // Nobody has to await a commit: its failure is not an unobserved one.
        _ = _done.Task.Exception;
    }
}
