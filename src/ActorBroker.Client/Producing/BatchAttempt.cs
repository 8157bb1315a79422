namespace ActorBroker.Client.Producing;

/// <summary>A batch in a sender's window: not sent yet, under way, or to be sent again.</summary>
internal sealed class BatchAttempt(ProduceBatch batch)
{
    public ProduceBatch Batch => batch;

    /// <summary>The attempt under way; null where the batch is to be sent.</summary>
    public Task<ProduceOutcome>? Outcome { get; private set; }

    /// <summary>True once the batch may be stored somewhere, whatever the client knows of it.</summary>
    public bool WasSent { get; private set; }

    public void Started(Task<ProduceOutcome> outcome)
    {
        Outcome = outcome;
        WasSent = true;
    }

    public void Reset() => Outcome = null;
}
