namespace ActorBroker.Client.Consuming;

/// <summary>Something that is done in the reader's turn.</summary>
internal sealed class ReaderTurn(Func<CancellationToken, ValueTask> work)
{
    public Func<CancellationToken, ValueTask> Work => work;
}
