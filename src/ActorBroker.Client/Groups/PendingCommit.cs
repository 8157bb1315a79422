using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>One call of a commit, and how it ends.</summary>
internal sealed class PendingCommit(IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> Offsets => offsets;

    public Task Done => _done.Task;

    /// <summary>Ends by the outcome of its partitions, in which null stands for success.</summary>
    public void End(IReadOnlyDictionary<TopicPartition, KafkaException?> outcomes)
    {
        if (offsets.Keys.Select(each => outcomes[each]).FirstOrDefault(each => each is not null) is { } failure)
        {
            Fail(failure);
        }
        else
        {
            _done.SetResult();
        }
    }

    public void Fail(Exception failure)
    {
        _done.SetException(failure);

        // Nobody has to await a commit: its failure is not an unobserved one.
        _ = _done.Task.Exception;
    }
}
