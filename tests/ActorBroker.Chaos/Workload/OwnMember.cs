using ActorBroker.Chaos.Checking;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Chaos.Workload;

/// <summary>A member of a group by our client, which commits what it was given after each poll.</summary>
internal sealed class OwnMember(KafkaClient client, string topic, Recorder recorder, string group, int number) : IWorker
{
    private readonly Dictionary<int, ReadingRecorder> _readings = [];

    public string Name => $"our member {number}";

    public string? Reader => group;

    public async Task RunAsync(CancellationToken stop)
    {
        await using var consumer = client.CreateConsumer(
            Deserializers.Ignore, Deserializers.Utf8,
            new ConsumerOptions
            {
                GroupId = group,
                AutoOffsetReset = AutoOffsetReset.Earliest,
                EnableAutoCommit = false,
                SessionTimeout = TimeSpan.FromSeconds(10),
                HeartbeatInterval = TimeSpan.FromSeconds(1),
            });
        consumer.Subscribe(
            [topic], new RebalanceHandlers { Assigned = BeginAsync, Revoked = EndAsync, Lost = EndAsync });
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await PollAsync(consumer, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (KafkaException failure)
            {
                recorder.Remark($"{Name}: {failure.GetType().Name}: {failure.Message}");
                await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
            }
        }
    }

    private async Task PollAsync(Consumer<Ignore, string?> consumer, CancellationToken stop)
    {
        var ends = new Dictionary<TopicPartition, OffsetAndMetadata>();
        foreach (var result in await consumer.PollAsync(TimeSpan.FromMilliseconds(200), stop))
        {
            _readings[result.Partition].Add(result.Offset, RecordId.FromValue(result.Value));
            ends[result.TopicPartition] = new OffsetAndMetadata(result.Offset + 1);
        }

        if (ends.Count == 0)
        {
            return;
        }

        await consumer.CommitAsync(ends, stop);
        foreach (var (partition, end) in ends)
        {
            recorder.Committed(group, partition.Partition, end.Offset);
        }
    }

    private ValueTask BeginAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancel)
    {
        foreach (var partition in partitions)
        {
            _readings[partition.Partition] = recorder.NewReading(group, Name, partition.Partition);
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask EndAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancel)
    {
        foreach (var partition in partitions)
        {
            _readings.Remove(partition.Partition);
        }

        return ValueTask.CompletedTask;
    }
}
