using ActorBroker.Client.Cluster;
using ActorBroker.Client.Consuming;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>
/// Asks for what the group has committed. Partitions that are assigned together are looked up together: who comes while
/// a question is under way shares the next one.
/// </summary>
internal sealed class CommittedOffsets(ClusterClient cluster, CoordinatorLink link, string groupId) : ICommittedOffsets
{
    private readonly Lock _gate = new();
    private List<TopicPartition> _waiting = [];
    private Task<Dictionary<TopicPartition, OffsetAndMetadata?>>? _next;
    private Task _last = Task.CompletedTask;

    public async Task<OffsetAndMetadata?> FindAsync(TopicPartition partition, CancellationToken cancel)
    {
        Task<Dictionary<TopicPartition, OffsetAndMetadata?>> asking;
        lock (_gate)
        {
            _waiting.Add(partition);
            _last = asking = _next ??= AskAfterAsync(_last);
        }

        return (await asking.WaitAsync(cancel).ConfigureAwait(false))[partition];
    }

    /// <summary>What is committed for these partitions; what passes is waited out.</summary>
    public Task<Dictionary<TopicPartition, OffsetAndMetadata?>> FindAllAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancel) =>
        cluster.RetryAsync(token => AskAsync(partitions, token), cancel);

    private async Task<Dictionary<TopicPartition, OffsetAndMetadata?>> AskAfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        List<TopicPartition> partitions;
        lock (_gate)
        {
            partitions = _waiting;
            _waiting = [];
            _next = null;
        }

        return await AskAsync(partitions, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<Dictionary<TopicPartition, OffsetAndMetadata?>> AskAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancel)
    {
        var connection = await link.SharedAsync(cancel).ConfigureAwait(false);
        var asking = CommittedAnswer.AskAsync(connection, groupId, partitions, requireStable: true, cancel);
        var answer = await link.AnswerAsync(connection, asking, cancel).ConfigureAwait(false);
        Check(answer.Error);
        var found = new Dictionary<TopicPartition, OffsetAndMetadata?>();
        foreach (var (partition, error, committed) in answer.Partitions)
        {
            Check(error);
            found[partition] = committed;
        }

        return partitions.All(found.ContainsKey)
            ? found
            : throw new ProtocolViolationException($"{connection.Address} left partitions out of its answer.");
    }

    private void Check(ErrorCode code)
    {
        if (code != ErrorCode.None)
        {
            link.Refuse(code, "Asking for committed offsets");
        }
    }
}
