// /api/groups: what the console shows of consumer groups. Answers are bounded: a list is read page by page, and a group
// of very many partitions says that there are more.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorBroker.Broker;
using ActorBroker.Broker.Groups.Lag;
using ActorBroker.Core.Groups;
using ActorBroker.Records;
using ActorBroker.Server.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ActorBroker.Server.Http;

/// <summary>Serves groups and their lag as JSON.</summary>
internal sealed class GroupPages(BrokerHealth health)
{
    private const string List = "/api/groups";
    private const int GroupsDefault = 1_000;
    private const int PartitionsDefault = 10_000;
    private const int LimitMax = 100_000;

    /// <summary>True where the address is one of these pages; the answer is under way then.</summary>
    public bool TryServe(HttpContext context, out Task served)
    {
        // The path as it was sent: a group's id may have any characters in it, slashes too.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.Split('?', 2)[0];
        if (path is List or List + "/")
        {
            served = ListAsync(context);
            return true;
        }

        if (path.StartsWith(List + "/", StringComparison.Ordinal))
        {
            served = DescribeAsync(context, Uri.UnescapeDataString(path[(List.Length + 1)..]));
            return true;
        }

        served = Task.CompletedTask;
        return false;
    }

    private async Task ListAsync(HttpContext context)
    {
        if (await StartAsync(context, GroupsDefault).ConfigureAwait(false) is not ({ } node, var limit))
        {
            return;
        }

        // Whoever asks shares the work with all others who do, and with the metrics.
        await node.Lag.Sample.RefreshAsync().ConfigureAwait(false);
        if (node.Lag.Sample.Latest is not { } listing)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "The groups can't be listed just now.")
                .ConfigureAwait(false);
            return;
        }

        var after = context.Request.Query["after"].ToString();
        var rest = listing.Groups
            .Where(group => after.Length == 0 || string.CompareOrdinal(group.Group.GroupId, after) > 0)
            .Take(limit + 1).ToList();
        var page = rest.Take(limit).Select(static group => new ListedGroupJson(
            group.Group.GroupId, NameOf(group.Group.Type), group.Group.State, group.Group.ProtocolType,
            group.MemberCount, group.Records, group.Seconds)).ToList();
        await WriteAsync(
            context, StatusCodes.Status200OK,
            new GroupListJson(page, rest.Count > limit ? page[^1].GroupId : null, listing.Error != ErrorCode.None),
            GroupsJson.Default.GroupListJson).ConfigureAwait(false);
    }

    private async Task DescribeAsync(HttpContext context, string groupId)
    {
        if (await StartAsync(context, PartitionsDefault).ConfigureAwait(false) is not ({ } node, var limit))
        {
            return;
        }

        var group = await node.Lag.DescribeAsync(groupId).ConfigureAwait(false);
        if (group.Error != ErrorCode.None)
        {
            // Another broker's group is not here either.
            var status = group.Error is ErrorCode.GroupIdNotFound or ErrorCode.NotCoordinator
                ? StatusCodes.Status404NotFound
                : StatusCodes.Status503ServiceUnavailable;
            await RefuseAsync(context, status, group.Error.Name()).ConfigureAwait(false);
            return;
        }

        await WriteAsync(
            context, StatusCodes.Status200OK, Of(group, limit), GroupsJson.Default.GroupJson).ConfigureAwait(false);
    }

    private static GroupJson Of(GroupDescription group, int limit) => new(
        group.GroupId, NameOf(group.Type), group.State, group.ProtocolType, group.Assignor,
        group.Partitions.Sum(static partition => partition.Records ?? 0),
        group.Partitions.Max(static partition => partition.Seconds),
        [
            .. group.Members.Take(limit).Select(static member => new MemberJson(
                member.MemberId, member.InstanceId, member.Client.ClientId, member.Client.Host,
                member.Assigned.Count)),
        ],
        [
            .. group.Partitions.Take(limit).Select(static partition => new PartitionJson(
                partition.Partition.Topic, partition.Partition.Partition, partition.MemberId,
                partition.CommittedOffset, partition.CommittedAtMs, partition.Metadata, partition.LogStartOffset,
                partition.EndOffset, partition.Records, partition.Seconds)),
        ],
        group.Partitions.Count > limit || group.Members.Count > limit);

    private static string NameOf(GroupType type) => type == GroupType.Consumer ? "consumer" : "classic";

    // What every page needs: a broker, and a limit that makes sense.
    private async Task<(BrokerNode? Node, int Limit)> StartAsync(HttpContext context, int limit)
    {
        var asked = context.Request.Query["limit"].ToString();
        if (asked.Length > 0 && !(int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
            && limit is > 0 and <= LimitMax))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"limit is a number from 1 to {LimitMax}")
                .ConfigureAwait(false);
            return default;
        }

        if (health.Node is { } node)
        {
            return (node, limit);
        }

        await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "The broker is not ready.")
            .ConfigureAwait(false);
        return default;
    }

    private static Task RefuseAsync(HttpContext context, int status, string error) =>
        WriteAsync(context, status, new ErrorJson(error), GroupsJson.Default.ErrorJson);

    private static async Task WriteAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted)
                .ConfigureAwait(false);
        }
    }
}
