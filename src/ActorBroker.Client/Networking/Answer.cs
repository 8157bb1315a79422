namespace ActorBroker.Client.Networking;

/// <summary>A decoded answer whose byte fields lie in the frame: disposing gives the frame back to the pool.</summary>
internal readonly struct Answer<TResponse>(TResponse response, short version, ResponseFrame frame) : IDisposable
{
    public TResponse Response => response;

    /// <summary>The version of the request and the answer.</summary>
    public short Version => version;

    public void Dispose() => frame.Dispose();
}
