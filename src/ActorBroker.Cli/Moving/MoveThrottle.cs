using System.Globalization;
using ActorBroker.Client;

namespace ActorBroker.Cli.Moving;

/// <summary>
/// Keeps the copying of moves down to a rate, so that clients don't feel it (KIP-73): a rate for each live broker that
/// takes part, and lists of the replicas that it holds for. What others have in those lists stays there.
/// </summary>
internal sealed class MoveThrottle(KafkaClient client, IReadOnlyList<Move> moves)
{
    private const string LeaderRate = "leader.replication.throttled.rate";
    private const string FollowerRate = "follower.replication.throttled.rate";
    private const string LeaderList = "leader.replication.throttled.replicas";
    private const string FollowerList = "follower.replication.throttled.replicas";

    private readonly List<Move> _copies = [.. moves.Where(static move => move.Copying.Any())];

    /// <summary>Sets the limit.</summary>
    /// <param name="bytesPerSecond">For each broker, in either direction.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task SetAsync(long bytesPerSecond, CancellationToken cancel)
    {
        var rate = bytesPerSecond.ToString(CultureInfo.InvariantCulture);
        await ChangeBrokersAsync(name => ConfigChange.Set(name, rate), cancel).ConfigureAwait(false);
        await ChangeTopicsAsync(ConfigChange.Append, cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes all limits away that are left when nothing is moved any more, whoever set them. True: there were some.
    /// </summary>
    public static async Task<bool> LiftAllAsync(KafkaClient client, CancellationToken cancel)
    {
        var topics = await client.Admin.ListTopicsAsync(cancel).ConfigureAwait(false);
        var lists = await client.Admin.DescribeTopicConfigsAsync(
            topics.Select(static topic => topic.Name), [LeaderList, FollowerList], cancel).ConfigureAwait(false);
        var wasSet = false;
        foreach (var (topic, configs) in lists)
        {
            wasSet |= await DeleteAsync(client, ConfigResource.Topic(topic), configs, ConfigSource.Topic, cancel)
                .ConfigureAwait(false);
        }

        var cluster = await client.Admin.DescribeClusterAsync(cancel).ConfigureAwait(false);
        foreach (var broker in cluster.Brokers.Where(static each => !each.IsFenced))
        {
            var resource = ConfigResource.Broker(broker.Id);
            var rates = await client.Admin.DescribeConfigsAsync(resource, [LeaderRate, FollowerRate], cancel)
                .ConfigureAwait(false);
            wasSet |= await DeleteAsync(client, resource, rates, ConfigSource.DynamicBroker, cancel)
                .ConfigureAwait(false);
        }

        return wasSet;
    }

    /// <summary>Takes the limit away.</summary>
    public async Task LiftAsync(CancellationToken cancel)
    {
        await ChangeTopicsAsync(ConfigChange.Subtract, cancel).ConfigureAwait(false);
        var lists = await client.Admin.DescribeTopicConfigsAsync(
            _copies.Select(static move => move.Partition.Topic), [LeaderList, FollowerList], cancel)
            .ConfigureAwait(false);
        foreach (var (topic, configs) in lists)
        {
            // A list that is empty now is as good as none, and none is what was there before.
            await DeleteAsync(
                client, ConfigResource.Topic(topic), configs.Where(static list => string.IsNullOrEmpty(list.Value)),
                ConfigSource.Topic, cancel).ConfigureAwait(false);
        }

        await ChangeBrokersAsync(ConfigChange.Delete, cancel).ConfigureAwait(false);
    }

    private async Task ChangeBrokersAsync(Func<string, ConfigChange> change, CancellationToken cancel)
    {
        var concerned = _copies.SelectMany(static move => move.From.Concat(move.To)).ToHashSet();
        var cluster = await client.Admin.DescribeClusterAsync(cancel).ConfigureAwait(false);
        foreach (var broker in cluster.Brokers.Where(each => concerned.Contains(each.Id) && !each.IsFenced))
        {
            await client.Admin.AlterConfigsAsync(
                ConfigResource.Broker(broker.Id), [change(LeaderRate), change(FollowerRate)], cancel)
                .ConfigureAwait(false);
        }
    }

    private async Task ChangeTopicsAsync(Func<string, string, ConfigChange> change, CancellationToken cancel)
    {
        foreach (var topic in _copies.GroupBy(static move => move.Partition.Topic))
        {
            await client.Admin.AlterConfigsAsync(
                ConfigResource.Topic(topic.Key),
                [
                    change(LeaderList, string.Join(',', topic.SelectMany(move => Replicas(move, move.From)))),
                    change(FollowerList, string.Join(',', topic.SelectMany(move => Replicas(move, move.Copying)))),
                ],
                cancel).ConfigureAwait(false);
        }
    }

    private static async Task<bool> DeleteAsync(
        KafkaClient client,
        ConfigResource resource,
        IEnumerable<ConfigDescription> configs,
        ConfigSource source,
        CancellationToken cancel)
    {
        var own = configs.Where(config => config.Source == source).ToList();
        if (own.Count > 0)
        {
            await client.Admin.AlterConfigsAsync(
                resource, own.Select(static config => ConfigChange.Delete(config.Name)), cancel).ConfigureAwait(false);
        }

        return own.Count > 0;
    }

    private static IEnumerable<string> Replicas(Move move, IEnumerable<int> brokers) =>
        brokers.Select(broker => string.Create(
            CultureInfo.InvariantCulture, $"{move.Partition.Partition}:{broker}"));
}
