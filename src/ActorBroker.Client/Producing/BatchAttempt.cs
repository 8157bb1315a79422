namespace ActorBroker.Client.Producing;

/// <summary>A batch in a sender's window: not sent yet, under way, or to be sent again.</summary>
internal sealed class BatchAttempt(ProduceBatch batch, bool mayBeStored = false)
{
    public ProduceBatch Batch => batch;

    /// <summary>The attempt under way; null where the batch is to be sent.</summary>
    public Task<ProduceOutcome>? Outcome { get; private set; }

    /// <summary>True where an attempt ended without the broker's word, so that the batch may be stored.</summary>
    public bool MayBeStored { get; private set; } = mayBeStored;

    public void Started(Task<ProduceOutcome> outcome) => Outcome = outcome;

    /// <summary>The attempt has failed; the batch is to be sent again, or given up.</summary>
    public void Failed(in ProduceOutcome outcome)
    {
        MayBeStored |= !outcome.WasRefused;
        Outcome = null;
    }
}
