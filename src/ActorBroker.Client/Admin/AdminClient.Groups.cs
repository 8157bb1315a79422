using ActorBroker.Assignors.Wire;
using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client;

// Groups: each is known to its coordinator only, and each may have another one.
public sealed partial class AdminClient
{
    private const string ClassicType = "classic";
    private const string ConsumerType = "consumer";

    /// <summary>All groups of the cluster, in ordinal order of their ids.</summary>
    public async Task<IReadOnlyList<ListedGroup>> ListGroupsAsync(CancellationToken cancel = default)
    {
        var cluster = await DescribeClusterAsync(cancel).ConfigureAwait(false);
        var all = await Task.WhenAll(cluster.Brokers.Where(broker => !broker.IsFenced).Select(
            broker => RunAsync(token => ListGroupsOnceAsync(broker.Id, token), cancel))).ConfigureAwait(false);
        return
        [
            .. all.SelectMany(each => each).DistinctBy(each => each.GroupId)
                .OrderBy(each => each.GroupId, StringComparer.Ordinal),
        ];
    }

    /// <summary>A group and its members; a group that does not exist has state <c>Dead</c>.</summary>
    public async Task<GroupDescription> DescribeGroupAsync(string groupId, CancellationToken cancel = default) =>
        (await DescribeGroupsAsync([groupId], cancel).ConfigureAwait(false))[groupId];

    /// <summary>Groups and their members, by id; a group that does not exist has state <c>Dead</c>.</summary>
    /// <exception cref="BrokerErrorException">The refusal of the first group that has one.</exception>
    public Task<IReadOnlyDictionary<string, GroupDescription>> DescribeGroupsAsync(
        IEnumerable<string> groupIds, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(groupIds);
        var wanted = groupIds.Distinct().ToList();
        return RunAsync<IReadOnlyDictionary<string, GroupDescription>>(
            async token =>
            {
                var found = new Dictionary<string, GroupDescription>();
                foreach (var (coordinator, groups) in await ByCoordinatorAsync(wanted, token).ConfigureAwait(false))
                {
                    await DescribeConsumerGroupsAsync(coordinator, groups, found, token).ConfigureAwait(false);
                    var classic = groups.Where(group => !found.ContainsKey(group)).ToList();
                    if (classic.Count > 0)
                    {
                        await DescribeClassicGroupsAsync(coordinator, classic, found, token).ConfigureAwait(false);
                    }
                }

                return found;
            },
            cancel);
    }

    /// <summary>Deletes a group and all that it has committed.</summary>
    /// <exception cref="BrokerErrorException">
    /// E.g. NON_EMPTY_GROUP: it has members; GROUP_ID_NOT_FOUND: there is no such group.
    /// </exception>
    public Task DeleteGroupAsync(string groupId, CancellationToken cancel = default) =>
        RunAsync(
            async token =>
            {
                var coordinator = await _coordinators.FindAsync(groupId, token).ConfigureAwait(false);
                var request = new DeleteGroupsRequest { GroupsNames = [groupId] };
                var response = await coordinator.CallAsync<DeleteGroupsRequest, DeleteGroupsResponse>(request, token)
                    .ConfigureAwait(false);
                var result = response.Results.Find(each => each.GroupId == groupId) ?? throw LeftOut(groupId);
                Require(result.ErrorCode, $"Deleting group '{groupId}'");
                return true;
            },
            cancel);

    private async Task<IReadOnlyList<ListedGroup>> ListGroupsOnceAsync(int brokerId, CancellationToken cancel)
    {
        var connection = await _cluster.BrokerAsync(brokerId, cancel).ConfigureAwait(false);
        var response = await connection
            .CallAsync<ListGroupsRequest, ListGroupsResponse>(new ListGroupsRequest(), cancel).ConfigureAwait(false);
        Require(response.ErrorCode, $"Listing the groups of broker {brokerId}");
        return
        [
            .. response.Groups.Select(each => new ListedGroup(
                each.GroupId, each.ProtocolType, each.GroupState, each.GroupType.ToLowerInvariant(), brokerId)),
        ];
    }

    private async Task<Dictionary<BrokerConnection, List<string>>> ByCoordinatorAsync(
        List<string> groupIds, CancellationToken cancel)
    {
        var groups = new Dictionary<BrokerConnection, List<string>>();
        foreach (var (groupId, coordinator) in
            await _coordinators.FindAsync(groupIds, cancel).ConfigureAwait(false))
        {
            if (!groups.TryGetValue(coordinator, out var list))
            {
                groups[coordinator] = list = [];
            }

            list.Add(groupId);
        }

        return groups;
    }

    // What is missing here speaks the classic protocol, or does not exist.
    private static async Task DescribeConsumerGroupsAsync(
        BrokerConnection coordinator,
        List<string> groupIds,
        Dictionary<string, GroupDescription> found,
        CancellationToken cancel)
    {
        if (!coordinator.Serves<ConsumerGroupDescribeRequest>())
        {
            return;
        }

        var request = new ConsumerGroupDescribeRequest { GroupIds = [.. groupIds] };
        var response = await coordinator
            .CallAsync<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(request, cancel)
            .ConfigureAwait(false);
        foreach (var group in response.Groups)
        {
            // An older broker may serve the request and refuse it: it has no such groups then.
            if (group.ErrorCode is ErrorCode.GroupIdNotFound or ErrorCode.UnsupportedVersion
                or ErrorCode.InvalidGroupId)
            {
                continue;
            }

            Require(group.ErrorCode, $"Describing group '{group.GroupId}'", group.ErrorMessage);
            found[group.GroupId] = new GroupDescription
            {
                GroupId = group.GroupId,
                Type = ConsumerType,
                State = group.GroupState,
                ProtocolType = ConsumerType,
                Assignor = group.AssignorName,
                Members =
                [
                    .. group.Members.OrderBy(each => each.MemberId, StringComparer.Ordinal).Select(Describe),
                ],
            };
        }
    }

    private static GroupMemberDescription Describe(ConsumerGroupDescribeResponse.Member member) => new()
    {
        MemberId = member.MemberId,
        InstanceId = member.InstanceId,
        ClientId = member.ClientId,
        Host = member.ClientHost,
        Assignment =
        [
            .. member.Assignment.TopicPartitions.SelectMany(
                topic => topic.Partitions, (topic, partition) => new TopicPartition(topic.TopicName, partition)),
        ],
    };

    private async Task DescribeClassicGroupsAsync(
        BrokerConnection coordinator,
        List<string> groupIds,
        Dictionary<string, GroupDescription> found,
        CancellationToken cancel)
    {
        using var answer = await coordinator.ExchangeAsync<DescribeGroupsRequest, DescribeGroupsResponse>(
            new DescribeGroupsRequest { Groups = [.. groupIds] }, coordinator.ChooseVersion<DescribeGroupsRequest>(),
            _cluster.Options.RequestTimeout, cancel).ConfigureAwait(false);
        foreach (var groupId in groupIds)
        {
            var group = answer.Response.Groups.Find(each => each.GroupId == groupId) ?? throw LeftOut(groupId);

            // Newer brokers refuse what older ones call dead.
            var isMissing = group.ErrorCode == ErrorCode.GroupIdNotFound;
            Require(isMissing ? ErrorCode.None : group.ErrorCode, $"Describing group '{groupId}'");
            found[groupId] = new GroupDescription
            {
                GroupId = groupId,
                Type = ClassicType,
                State = isMissing ? "Dead" : group.GroupState,
                ProtocolType = group.ProtocolType,
                Assignor = group.ProtocolData,
                Members =
                [
                    .. group.Members.OrderBy(each => each.MemberId, StringComparer.Ordinal)
                        .Select(each => Describe(each, group.ProtocolType)),
                ],
            };
        }
    }

    // A group of another protocol type has bytes of its own kind.
    private static GroupMemberDescription Describe(
        DescribeGroupsResponse.DescribedGroupMember member, string protocolType) => new()
        {
            MemberId = member.MemberId,
            InstanceId = member.GroupInstanceId,
            ClientId = member.ClientId,
            Host = member.ClientHost,
            Assignment = protocolType == ConsumerType
                && MemberAssignment.TryRead(member.MemberAssignment, out var partitions)
                    ? partitions
                    : [],
        };

    private static ProtocolViolationException LeftOut(string groupId) =>
        new($"The coordinator of group '{groupId}' left the group out of its answer.");
}
