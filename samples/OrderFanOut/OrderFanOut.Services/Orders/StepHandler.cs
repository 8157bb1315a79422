using ActorBroker.Client;

namespace OrderFanOut.Services;

/// <summary>Follows what the other services do: the order service's own group.</summary>
public sealed class StepHandler(Board board) : IRecordHandler<Guid, OrderStep>
{
    public Task HandleAsync(ConsumeResult<Guid, OrderStep> record, CancellationToken cancel)
    {
        board.Done(record.Key, record.Value);
        return Task.CompletedTask;
    }
}
