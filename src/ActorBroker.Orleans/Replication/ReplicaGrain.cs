using ActorBroker.Core.Replication;
using ActorBroker.Orleans.Grains;
using ActorBroker.Orleans.Hosting;
using ActorBroker.Orleans.Placement;
using Orleans.Concurrency;

namespace ActorBroker.Orleans.Replication;

/// <summary>Hands appends to this silo's broker. Calls interleave: each is judged by itself, in any order.</summary>
[Reentrant]
[BrokerPlacement]
[GrainType(GrainTypes.Replica)]
internal sealed class ReplicaGrain(SiloBroker broker) : Grain, IReplicaGrain
{
    private ReplicaKey _key;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        ReplicaKey.TryParse(this.GetPrimaryKeyString(), out _key)
            ? Task.CompletedTask
            : throw new ArgumentException($"There is no replica of the name '{this.GetPrimaryKeyString()}'.");

    /// <inheritdoc/>
    public async Task<ReplicaAnswer> AppendAsync(ReplicaQuestion question)
    {
        if (_key.BrokerId != broker.BrokerId)
        {
            // Placed before it was known where that broker is: the next call looks again.
            DeactivateOnIdle();
            return ReplicaMessages.Answer(ReplicaAppendResult.Of(ReplicaAppendStatus.Unready));
        }

        var result = broker.Links.Target is { } target
            ? await target.AppendAsync(ReplicaMessages.Append(_key, question))
            : ReplicaAppendResult.Of(ReplicaAppendStatus.Unready);
        question.Records.Release();
        return ReplicaMessages.Answer(result);
    }
}
