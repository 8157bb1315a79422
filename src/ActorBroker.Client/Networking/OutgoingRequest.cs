namespace ActorBroker.Client.Networking;

/// <summary>A request on its way: the frame to send, and where its answer goes.</summary>
/// <remarks>Exactly one of answer, failure and abandonment wins; a frame that comes too late is given back to the
/// pool.</remarks>
internal sealed class OutgoingRequest(RequestFrame frame, int correlationId, bool expectsAnswer)
{
    private readonly TaskCompletionSource<ResponseFrame?> _answer =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int CorrelationId => correlationId;

    public bool ExpectsAnswer => expectsAnswer;

    public RequestFrame Frame => frame;

    /// <summary>The answer; null once a request without an answer has been sent.</summary>
    public Task<ResponseFrame?> Answer => _answer.Task;

    public void Sent()
    {
        if (!expectsAnswer)
        {
            _answer.TrySetResult(null);
        }
    }

    public void Answered(ResponseFrame response)
    {
        if (!_answer.TrySetResult(response))
        {
            response.Dispose();
        }
    }

    public void Failed(Exception exception) => _answer.TrySetException(exception);

    /// <summary>Nobody waits any longer: the answer, should it come or have come, is dropped.</summary>
    public void Abandon(CancellationToken cancel)
    {
        if (!_answer.TrySetCanceled(cancel) && _answer.Task.IsCompletedSuccessfully)
        {
            _answer.Task.Result?.Dispose();
        }
    }
}
