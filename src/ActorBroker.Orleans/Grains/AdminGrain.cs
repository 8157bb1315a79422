using ActorBroker.Broker;
using ActorBroker.Orleans.Hosting;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Grains;

/// <summary>A door to what every broker can do.</summary>
internal abstract class AdminGrain(SiloBroker broker) : Grain
{
    /// <summary>Asks this silo's broker; where there is none that could answer, another silo is to be asked.</summary>
    protected async Task<T> AskAsync<T>(Func<BrokerNode, Task<T>> ask, Func<ErrorCode, T> refusal)
    {
        if (broker.Node is { } node)
        {
            try
            {
                return await ask(node);
            }
            catch (OperationCanceledException)
            {
                // The broker takes no more work: its silo stops.
            }
        }

        DeactivateOnIdle();
        return refusal(ErrorCode.NotController);
    }
}
