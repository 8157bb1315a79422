using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// UnregisterBroker v0: forgets a broker that is gone; a live one is refused with a message. Replicas of it that were
/// not moved away stay its own, as offline ones. Any broker does it.
/// </summary>
internal sealed class UnregisterBrokerHandler(HandlerContext context)
    : ApiHandler<UnregisterBrokerRequest, UnregisterBrokerResponse>
{
    protected override async ValueTask<UnregisterBrokerResponse> AnswerAsync(
        UnregisterBrokerRequest message, RequestContext request)
    {
        var result = await context.Node.ClusterAdmin
            .UnregisterAsync(message.BrokerId, CancellationToken.None).ConfigureAwait(false);
        return new UnregisterBrokerResponse
        {
            ErrorCode = result.Error,
            ErrorMessage = result.Error == ErrorCode.None ? null : result.Message,
        };
    }
}
