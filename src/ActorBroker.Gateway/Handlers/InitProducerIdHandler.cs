using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// InitProducerId v0-5 without a transactional id: a new producer id with epoch 0 each time, whatever id the producer
/// had. Gap: there are no transactions yet; a transactional id is answered with COORDINATOR_NOT_AVAILABLE, the code for
/// a coordinator that may come later, so that a client neither takes it for fenced nor for unauthorized.
/// </summary>
internal sealed class InitProducerIdHandler(HandlerContext context)
    : ApiHandler<InitProducerIdRequest, InitProducerIdResponse>
{
    protected override async ValueTask<InitProducerIdResponse> AnswerAsync(
        InitProducerIdRequest message, RequestContext request)
    {
        if (message.TransactionalId is { } transactionalId)
        {
            return Failed(transactionalId.Length == 0 ? ErrorCode.InvalidRequest : ErrorCode.CoordinatorNotAvailable);
        }

        if ((message.ProducerId < 0) != (message.ProducerEpoch < 0))
        {
            return Failed(ErrorCode.InvalidRequest);
        }

        var id = await context.Node.ProducerIds.NextAsync(CancellationToken.None).ConfigureAwait(false);
        return new InitProducerIdResponse { ProducerId = id, ProducerEpoch = 0 };
    }

    private static InitProducerIdResponse Failed(ErrorCode error) =>
        new() { ErrorCode = error, ProducerId = -1, ProducerEpoch = -1 };
}
