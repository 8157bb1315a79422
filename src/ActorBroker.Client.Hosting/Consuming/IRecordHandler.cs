namespace ActorBroker.Client;

/// <summary>
/// Processes the records of a topic for a group: see <c>services.AddConsumer</c>. Each record has a handler of its own,
/// from a scope of its own, unless it was registered with another lifetime.
/// </summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public interface IRecordHandler<TKey, TValue>
{
    /// <summary>
    /// Processes a record, at least once: a crash, a rebalance or an exception brings it again, so an effect must not
    /// happen twice where the record comes twice.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <param name="cancel">The host's time to shut down is over, or the run ends.</param>
    /// <returns>
    /// When it ends, the record counts as processed. When it throws, the record is handled again after a pause that
    /// grows each time, and no later one of its partition before it: catch what is to be skipped.
    /// </returns>
    Task HandleAsync(ConsumeResult<TKey, TValue> record, CancellationToken cancel);
}
