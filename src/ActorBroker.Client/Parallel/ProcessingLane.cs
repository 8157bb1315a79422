namespace ActorBroker.Client.Parallel;

/// <summary>Records that are processed one after the other.</summary>
/// <param name="offsets">Of which partition they are.</param>
/// <param name="name">What the lane is found by; null for the single record without a key.</param>
internal sealed class ProcessingLane<TRecord>(ProcessedOffsets offsets, object? name)
{
    public ProcessedOffsets Offsets => offsets;

    public object? Name => name;

    public Queue<(TRecord Record, TakenRecord Taken)> Waiting { get; } = new();

    public bool IsBusy { get; set; }
}
