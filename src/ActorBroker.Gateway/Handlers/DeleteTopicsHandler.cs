using ActorBroker.Broker;
using ActorBroker.Broker.Admin;
using ActorBroker.Core.Configuration;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// DeleteTopics v0-6. v6 names a topic by name or by id, never both; a topic that comes twice is refused. With
/// <c>delete.topic.enable=false</c> everything is TOPIC_DELETION_DISABLED, INVALID_REQUEST below v3.
/// </summary>
internal sealed class DeleteTopicsHandler(HandlerContext context)
    : ApiHandler<DeleteTopicsRequest, DeleteTopicsResponse>
{
    private readonly BrokerNode _node = context.Node;

    protected override async ValueTask<DeleteTopicsResponse> AnswerAsync(
        DeleteTopicsRequest message, RequestContext request)
    {
        List<TopicRef> asked = request.Version >= 6
            ? [.. message.Topics.Select(topic => new TopicRef(topic.Name, topic.TopicId))]
            : [.. message.TopicNames.Select(name => new TopicRef(name, Guid.Empty))];
        var response = new DeleteTopicsResponse();
        if (!_node.Config.Get(BrokerKeys.DeleteTopicEnable))
        {
            var error = request.Version >= 3 ? ErrorCode.TopicDeletionDisabled : ErrorCode.InvalidRequest;
            response.Responses.AddRange(asked.Select(
                topic => Row(topic.Name, topic.Id, error, "delete.topic.enable is false.", request)));
            return response;
        }

        var wanted = new List<TopicRef>();
        foreach (var same in asked.GroupBy(topic => topic))
        {
            if ((same.Key.Name is null) == (same.Key.Id == Guid.Empty))
            {
                response.Responses.Add(Row(
                    same.Key.Name, same.Key.Id, ErrorCode.InvalidRequest,
                    "A topic is named by its name or by its id.", request));
            }
            else if (same.Count() > 1)
            {
                response.Responses.Add(Row(
                    same.Key.Name, same.Key.Id, ErrorCode.InvalidRequest, "The topic comes more than once.", request));
            }
            else
            {
                wanted.Add(same.Key);
            }
        }

        if (wanted.Count > 0)
        {
            var results = await _node.Topics.DeleteAsync(wanted, CancellationToken.None).ConfigureAwait(false);
            response.Responses.AddRange(results.Select(
                result => Row(result.Name, result.Id, result.Error, result.Message, request)));
        }

        return response;
    }

    private static DeleteTopicsResponse.DeletableTopicResult Row(
        string? name, Guid id, ErrorCode error, string? message, RequestContext request) => new()
        {
            Name = request.Version >= 6 ? name : name ?? string.Empty,
            TopicId = id,
            ErrorCode = error,
            ErrorMessage = error == ErrorCode.None ? null : message,
        };
}
