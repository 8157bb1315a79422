using ActorBroker.Broker.Admin;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// AlterConfigs v0-2, for topics, this broker and all brokers: replaces the whole set of the resource, so what isn't
/// listed goes back to its default.
/// </summary>
internal sealed class AlterConfigsHandler(HandlerContext context)
    : ApiHandler<AlterConfigsRequest, AlterConfigsResponse>
{
    protected override async ValueTask<AlterConfigsResponse> AnswerAsync(
        AlterConfigsRequest message, RequestContext request)
    {
        var response = new AlterConfigsResponse();
        foreach (var resource in message.Resources)
        {
            var changes = resource.Configs
                .Select(config => new ConfigChange(config.Name, ConfigOperation.Set, config.Value)).ToList();
            var result = await context.Node.AlterAsync(
                (ConfigResource)resource.ResourceType, resource.ResourceName, changes, replaceAll: true,
                message.ValidateOnly).ConfigureAwait(false);
            response.Responses.Add(new AlterConfigsResponse.AlterConfigsResourceResponse
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
