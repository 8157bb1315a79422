using ActorBroker.Core.Groups;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups;

/// <summary>A reply that can be given an error in place of what the machine said.</summary>
internal interface IFailingReply
{
    /// <summary>Whose reply it is.</summary>
    GroupRequest Request { get; }

    /// <summary>What was decided could not be stored, or was never decided. Later ones are nothing.</summary>
    void Fail(ErrorCode error);
}

/// <summary>A reply that somebody awaits.</summary>
/// <param name="request">Whose it is.</param>
/// <param name="refusal">The answer that says an error only.</param>
internal sealed class GroupReply<T>(GroupRequest request, Func<ErrorCode, T> refusal) : Reply<T>, IFailingReply
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _done.Task;

    public GroupRequest Request => request;

    public override void Release() => _done.TrySetResult(Result);

    public void Fail(ErrorCode error) => _done.TrySetResult(refusal(error));
}
