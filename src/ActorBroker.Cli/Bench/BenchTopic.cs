using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Bench;

/// <summary>
/// The topic that is measured on: created where it is missing, and then deleted unless it is to be kept.
/// </summary>
internal sealed class BenchTopic : IAsyncDisposable
{
    private readonly KafkaClient _client;
    private readonly bool _isOurs;

    private BenchTopic(KafkaClient client, string name, int partitions, bool isOurs)
    {
        _client = client;
        _isOurs = isOurs;
        Name = name;
        Partitions = partitions;
    }

    public string Name { get; }

    public int Partitions { get; }

    public static async Task<BenchTopic> OpenAsync(
        KafkaClient client, BenchPlan plan, bool isKept, CancellationToken cancel)
    {
        var name = plan.Topic ?? $"bench-{Guid.NewGuid():N}"[..14];
        try
        {
            await client.Admin.CreateTopicAsync(new NewTopic { Name = name, Partitions = plan.Partitions }, cancel)
                .ConfigureAwait(false);
            return new BenchTopic(client, name, plan.Partitions, isOurs: !isKept);
        }
        catch (BrokerErrorException refusal) when (refusal.Code == ErrorCode.TopicAlreadyExists)
        {
            var there = await client.Admin.DescribeTopicAsync(name, cancel).ConfigureAwait(false);
            return new BenchTopic(client, name, there.Partitions.Count, isOurs: false);
        }
    }

    /// <summary>The offsets of all partitions.</summary>
    public async Task<IReadOnlyDictionary<int, long>> OffsetsAsync(OffsetSpec spec, CancellationToken cancel)
    {
        var keys = Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(Name, partition));
        var offsets = await _client.Admin.ListOffsetsAsync(keys, spec, cancel).ConfigureAwait(false);
        return offsets.ToDictionary(each => each.Key.Partition, each => each.Value.Offset);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isOurs)
        {
            await _client.Admin.DeleteTopicAsync(Name, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
