using ActorBroker.Client;
using ActorBroker.Records;

namespace Groups;

/// <summary>Says on standard error which partitions come and go.</summary>
internal static class Assignments
{
    public static RebalanceHandlers Told { get; } = new()
    {
        Assigned = (partitions, _) => Tell("assigned", partitions),
        Revoked = (partitions, _) => Tell("revoked", partitions),
        Lost = (partitions, _) => Tell("lost", partitions),
    };

    private static ValueTask Tell(string what, IEnumerable<TopicPartition> partitions)
    {
        Console.Error.WriteLine($"{what}: {string.Join(", ", partitions)}");
        return ValueTask.CompletedTask;
    }
}
