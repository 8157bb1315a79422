using ActorBroker.Broker.Admin;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// IncrementalAlterConfigs v0-1, for topics, consumer groups, this broker and all brokers: touches only what is listed.
/// SET, DELETE, and APPEND or SUBTRACT for lists.
/// </summary>
internal sealed class IncrementalAlterConfigsHandler(HandlerContext context)
    : ApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
{
    protected override async ValueTask<IncrementalAlterConfigsResponse> AnswerAsync(
        IncrementalAlterConfigsRequest message, RequestContext request)
    {
        var response = new IncrementalAlterConfigsResponse();
        foreach (var resource in message.Resources)
        {
            var changes = resource.Configs.Select(static config => new ConfigChange(
                config.Name, (ConfigOperation)config.ConfigOperation, config.Value)).ToList();
            var result = await context.Node.AlterAsync(
                (ConfigResource)resource.ResourceType, resource.ResourceName, changes, replaceAll: false,
                message.ValidateOnly).ConfigureAwait(false);
            response.Responses.Add(new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse
            {
                ErrorCode = result.Error,
                ErrorMessage = result.Message,
                ResourceType = resource.ResourceType,
                ResourceName = resource.ResourceName,
            });
        }

        return response;
    }
}
