using ActorBroker.Client;
using ActorBroker.Records;
using Microsoft.Extensions.Hosting;

namespace OrderFanOut.Services;

/// <summary>
/// How far each group is behind: where its topic ends, less what it has committed. Asked of the broker, so that it is
/// right wherever the services run.
/// </summary>
public sealed class Lags(KafkaClient client, FanOutTopics topics) : BackgroundService
{
    private static readonly (string Group, string Topic)[] Groups =
    [
        (ServiceNames.Orders, Topics.Steps),
        .. ServiceNames.Readers.Select(each => (each, Topics.Orders)),
    ];

    private volatile Dictionary<string, (long Lag, int Members)> _known = [];

    public static string TopicOf(string group) => Groups.First(each => each.Group == group).Topic;

    /// <summary>A group's lag and members as they were a moment ago; null before anybody knows.</summary>
    public (long Lag, int Members)? Of(string group) => _known.TryGetValue(group, out var known) ? known : null;

    /// <summary>Asks now.</summary>
    public async Task RefreshAsync(CancellationToken cancel)
    {
        var members = await client.Admin.DescribeGroupsAsync(Groups.Select(each => each.Group), cancel);
        var known = new Dictionary<string, (long, int)>();
        foreach (var (group, topic) in Groups)
        {
            known[group] = (await LagAsync(group, topic, cancel), members[group].Members.Count);
        }

        _known = known;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await topics.ReadyAsync(stoppingToken);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        do
        {
            try
            {
                await RefreshAsync(stoppingToken);
            }
            catch (KafkaException failure) when (failure.IsRetriable)
            {
                // The page shows what was known last.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<long> LagAsync(string group, string topic, CancellationToken cancel)
    {
        var partitions = (await client.Admin.DescribeTopicAsync(topic, cancel)).Partitions
            .Select(each => new TopicPartition(topic, each.Partition)).ToList();
        var ends = await client.Admin.ListOffsetsAsync(partitions, OffsetSpec.Latest, cancel);
        var committed = await client.Admin.ListGroupOffsetsAsync(group, partitions, cancel);

        // A group that has committed nothing begins with the first record.
        return ends.Sum(each => each.Value.Offset - (committed.TryGetValue(each.Key, out var at) ? at.Offset : 0));
    }
}
