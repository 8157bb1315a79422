using ActorBroker.Broker.Admin;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

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
            var result = await AlterAsync(resource, message.ValidateOnly).ConfigureAwait(false);
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

    private async ValueTask<ConfigResult> AlterAsync(
        IncrementalAlterConfigsRequest.AlterConfigsResource resource, bool validateOnly)
    {
        var changes = new List<ConfigChange>();
        foreach (var config in resource.Configs)
        {
            if (config.ConfigOperation is < 0 or > (sbyte)ConfigOperation.Subtract)
            {
                return new ConfigResult(
                    ErrorCode.InvalidRequest, $"{config.ConfigOperation} is no operation on {config.Name}.");
            }

            changes.Add(new ConfigChange(config.Name, (ConfigOperation)config.ConfigOperation, config.Value));
        }

        return await context.Node.AlterAsync(
            (ConfigResource)resource.ResourceType, resource.ResourceName, changes, replaceAll: false, validateOnly)
            .ConfigureAwait(false);
    }
}
