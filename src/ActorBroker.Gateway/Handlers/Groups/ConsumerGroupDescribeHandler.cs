using ActorBroker.Broker;
using ActorBroker.Core.Groups;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>
/// ConsumerGroupDescribe v0-1: groups of KIP-848; v1 tells which members speak the classic protocol. Any other group is
/// GROUP_ID_NOT_FOUND. Partitions of a topic that was deleted are left out.
/// </summary>
internal sealed class ConsumerGroupDescribeHandler(HandlerContext context)
    : ApiHandler<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>
{
    private const sbyte Classic = 0;
    private const sbyte Consumer = 1;

    private readonly BrokerNode _node = context.Node;

    protected override async ValueTask<ConsumerGroupDescribeResponse> AnswerAsync(
        ConsumerGroupDescribeRequest message, RequestContext request)
    {
        var described = await GroupQuestions.AskAsync(message.GroupIds, _node.Groups.DescribeConsumerAsync)
            .ConfigureAwait(false);
        return new ConsumerGroupDescribeResponse
        {
            Groups = [.. described.Select(group => Row(group, message.IncludeAuthorizedOperations))],
        };
    }

    private ConsumerGroupDescribeResponse.DescribedGroup Row(ConsumerGroupDescription group, bool withOperations) =>
        new()
        {
            ErrorCode = group.Error,
            ErrorMessage = group.Message,
            GroupId = group.GroupId,
            GroupState = group.State,
            GroupEpoch = group.GroupEpoch,
            AssignmentEpoch = group.AssignmentEpoch,
            AssignorName = group.AssignorName,
            AuthorizedOperations = withOperations ? AuthorizedOperations.Group : AuthorizedOperations.NotAsked,
            Members = [.. group.Members.Select(Row)],
        };

    private ConsumerGroupDescribeResponse.Member Row(ConsumerMemberDescription member) => new()
    {
        MemberId = member.MemberId,
        InstanceId = member.InstanceId,
        RackId = member.RackId,
        MemberEpoch = member.MemberEpoch,
        ClientId = member.Client.ClientId,
        ClientHost = member.Client.Host,
        SubscribedTopicNames = [.. member.TopicNames],
        SubscribedTopicRegex = member.TopicRegex,
        Assignment = Named(member.Assignment),
        TargetAssignment = Named(member.Target),
        MemberType = member.IsClassic ? Classic : Consumer,
    };

    private ConsumerGroupDescribeResponse.Assignment Named(IReadOnlyList<TopicPartitions> partitions)
    {
        var named = new ConsumerGroupDescribeResponse.Assignment();
        foreach (var (topicId, indexes) in partitions)
        {
            if (_node.Cluster.TopicsById.TryGetValue(topicId, out var topic))
            {
                named.TopicPartitions.Add(new()
                {
                    TopicId = topicId,
                    TopicName = topic.Name,
                    Partitions = [.. indexes],
                });
            }
        }

        return named;
    }
}
