namespace ActorBroker.Client.Consuming;

/// <summary>Hands out whole batches.</summary>
internal sealed class BatchEnumerator(BatchSource source, Action<BatchSource> done, CancellationToken cancel)
    : SourceEnumerator<ConsumedBatch>(source, done, cancel)
{
    protected override bool TryMoveNext()
    {
        if (!Source.TryMoveNext())
        {
            return false;
        }

        Current = Source.Show();
        return true;
    }
}
