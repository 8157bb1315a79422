using ActorBroker.Broker.Admin;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// CreatePartitions v0-3: Count is the new total. A topic that comes twice is refused. The time-out isn't used: the
/// change is local.
/// </summary>
internal sealed class CreatePartitionsHandler(HandlerContext context)
    : ApiHandler<CreatePartitionsRequest, CreatePartitionsResponse>
{
    protected override async ValueTask<CreatePartitionsResponse> AnswerAsync(
        CreatePartitionsRequest message, RequestContext request)
    {
        var response = new CreatePartitionsResponse();
        var wanted = new List<TopicGrowth>();
        foreach (var sameName in message.Topics.GroupBy(topic => topic.Name))
        {
            if (sameName.Count() > 1)
            {
                response.Results.Add(Row(sameName.Key, ErrorCode.InvalidRequest, "The topic comes more than once."));
                continue;
            }

            var topic = sameName.Single();
            int[][]? assignments = topic.Assignments is null
                ? null
                : [.. topic.Assignments.Select(assignment => assignment.BrokerIds.ToArray())];
            wanted.Add(new TopicGrowth(topic.Name, topic.Count, assignments));
        }

        if (wanted.Count > 0)
        {
            var results = await context.Node.Topics
                .GrowAsync(wanted, message.ValidateOnly, CancellationToken.None).ConfigureAwait(false);
            response.Results.AddRange(results.Select(
                result => Row(result.Name ?? string.Empty, result.Error, result.Message)));
        }

        return response;
    }

    private static CreatePartitionsResponse.CreatePartitionsTopicResult Row(
        string name, ErrorCode error, string? message) => new()
        {
            Name = name,
            ErrorCode = error,
            ErrorMessage = error == ErrorCode.None ? null : message,
        };
}
