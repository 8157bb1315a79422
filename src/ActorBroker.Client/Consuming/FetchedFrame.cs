using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// One fetch answer, whose buffer goes back to the pool when the last of its chunks is read or dropped.
/// </summary>
internal sealed class FetchedFrame(Answer<FetchResponse> answer, BrokerFetcher fetcher)
{
    // The one who takes the answer apart counts as a reader until it is done.
    private int _users = 1;

    public FetchResponse Response => answer.Response;

    public void Use() => Interlocked.Increment(ref _users);

    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            answer.Dispose();
            fetcher.FrameRead();
        }
    }
}
