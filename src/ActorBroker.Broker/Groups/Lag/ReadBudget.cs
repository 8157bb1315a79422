namespace ActorBroker.Broker.Groups.Lag;

/// <summary>How many look-ups on disk may still be made for one question.</summary>
/// <param name="left">So many.</param>
internal sealed class ReadBudget(int left)
{
    /// <summary>False when they are used up.</summary>
    public bool TryTake() => left-- > 0;
}
