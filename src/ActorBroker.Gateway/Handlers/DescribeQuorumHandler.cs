using ActorBroker.Broker.Admin;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Topics;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// DescribeQuorum v0-2, for the topic that Kafka keeps its metadata in. There is no quorum and no such log here: the
/// catalogue is. So the controller is told as the leader, in the epoch of its broker, live brokers as voters, the
/// others as observers, and offsets and directories as unknown.
/// </summary>
internal sealed class DescribeQuorumHandler(HandlerContext context)
    : ApiHandler<DescribeQuorumRequest, DescribeQuorumResponse>
{
    private const short FirstVersionWithNodes = 2;
    private const long UnknownOffset = -1;

    protected override ValueTask<DescribeQuorumResponse> AnswerAsync(
        DescribeQuorumRequest message, RequestContext request)
    {
        var quorum = context.Node.ClusterAdmin.DescribeQuorum();
        var response = new DescribeQuorumResponse { ErrorMessage = null };
        if (request.Version >= FirstVersionWithNodes)
        {
            response.Nodes.AddRange(context.Node.Cluster.Registered.Values.Select(Node));
        }

        foreach (var topic in message.Topics)
        {
            response.Topics.Add(new DescribeQuorumResponse.TopicData
            {
                TopicName = topic.TopicName,
                Partitions = [.. topic.Partitions.Select(each => Partition(topic.TopicName, each.PartitionIndex))],
            });
        }

        return new(response);

        DescribeQuorumResponse.PartitionData Partition(string topic, int index) =>
            topic == TopicNames.ClusterMetadata && index == 0
                ? Describe(quorum)
                : new DescribeQuorumResponse.PartitionData
                {
                    PartitionIndex = index,
                    ErrorCode = ErrorCode.UnknownTopicOrPartition,
                    ErrorMessage = null,
                };
    }

    private static DescribeQuorumResponse.PartitionData Describe(QuorumDescription quorum) => new()
    {
        ErrorMessage = null,
        LeaderId = quorum.ControllerId,
        LeaderEpoch = (int)Math.Min(quorum.ControllerEpoch, int.MaxValue),
        HighWatermark = UnknownOffset,
        CurrentVoters = [.. quorum.Members.Where(member => member.IsLive).Select(State)],
        Observers = [.. quorum.Members.Where(member => !member.IsLive).Select(State)],
    };

    private static DescribeQuorumResponse.ReplicaState State(QuorumMember member) =>
        new() { ReplicaId = member.BrokerId, LogEndOffset = UnknownOffset };

    private static DescribeQuorumResponse.Node Node(BrokerRegistration broker) => new()
    {
        NodeId = broker.Id,
        Listeners = [.. broker.Endpoints.Select(endpoint => new DescribeQuorumResponse.Listener
        {
            Name = endpoint.Listener,
            Host = endpoint.Host,
            Port = (ushort)endpoint.Port,
        })],
    };
}
