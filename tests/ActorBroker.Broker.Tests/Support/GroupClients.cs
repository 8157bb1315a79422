using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Core.Topics;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests.Support;

/// <summary>What tests ask of a broker's groups; retriable answers are repeated, as a client would.</summary>
internal static class GroupClients
{
    private static readonly ErrorCode[] Retriable =
        [ErrorCode.CoordinatorLoadInProgress, ErrorCode.CoordinatorNotAvailable, ErrorCode.NotCoordinator];

    public static CommitCommand Simple(string group, string topic, long offset, string? metadata = null) => new(
        group, new MemberName("", null), -1, IsModern: false, -1,
        [new OffsetToCommit(new TopicPartition(topic, 0), offset, 3, metadata)]);

    public static async Task FindAsync(this TestBroker broker, string group) => Assert.Equal(
        (ErrorCode.None, broker.Node.BrokerId, null),
        await broker.Node.Groups.FindAsync(group, TestContext.Current.CancellationToken) is var found
            ? (found.Error, found.BrokerId, found.Message)
            : default);

    public static async Task<ErrorCode> CommitAsync(
        this TestBroker broker, string group, long offset, string topic = "events") =>
        Assert.Single(await broker.Node.Groups.CommitAsync(Simple(group, topic, offset)));

    /// <summary>Commits until it is accepted; time moves, so that rests end.</summary>
    public static async Task MustCommitAsync(
        this TestBroker broker, string group, long offset, string topic = "events")
    {
        var error = await broker.RepeatedAsync(() => broker.CommitAsync(group, offset, topic), static error => error);
        Assert.Equal(ErrorCode.None, error);
    }

    /// <summary>The committed offset; -1 for none.</summary>
    public static async Task<long> CommittedAsync(this TestBroker broker, string group, string topic = "events")
    {
        var result = await broker.RepeatedAsync(
            () => broker.Node.Groups.FetchOffsetsAsync(
                new FetchOffsetsCommand(group, null, -1, [new TopicPartition(topic, 0)], RequireStable: false)),
            static result => result.Error);
        Assert.Equal(ErrorCode.None, result.Error);
        return Assert.Single(result.Offsets).Committed?.Offset ?? -1;
    }

    public static async Task<T> RepeatedAsync<T>(
        this TestBroker broker, Func<Task<T>> ask, Func<T, ErrorCode> errorOf)
    {
        var limit = DateTime.UtcNow.AddMinutes(1);
        while (true)
        {
            var answer = await ask();
            if (!Retriable.Contains(errorOf(answer)) || DateTime.UtcNow > limit)
            {
                return answer;
            }

            broker.Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }
    }

    /// <summary>The partition of the offsets topic that keeps a group.</summary>
    public static Broker.Partitions.Partition LogOf(this TestBroker broker, string group)
    {
        var count = broker.Node.Cluster.TopicsByName[TopicNames.ConsumerOffsets].Partitions.Length;
        return broker.Find(TopicNames.ConsumerOffsets, Core.Coordinators.CoordinatorHash.Partition(group, count));
    }
}
