using System.Collections.Immutable;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans;

/// <summary>
/// The door to a topic's administration. Any silo serves it, as any broker does; one whose broker is not there yet, or
/// not any more, answers <see cref="ErrorCode.NotController"/>, and the next call may find another. Its key: the
/// topic's name.
/// </summary>
[Alias("ActorBroker.ITopicGrain")]
public interface ITopicGrain : IGrainWithStringKey
{
    /// <summary>Creates the topic.</summary>
    [Alias("Create")]
    Task<TopicAnswer> CreateAsync(TopicCreation creation);

    /// <summary>The topic as the broker of this grain's silo knows it now.</summary>
    [Alias("Describe")]
    Task<TopicDescription> DescribeAsync();

    /// <summary>
    /// Adds partitions, and changes configs. Where either would be refused, neither is done; but they are two changes,
    /// and who asks at the same moment as others can get one of them only.
    /// </summary>
    [Alias("Alter")]
    Task<TopicAnswer> AlterAsync(TopicChange change);

    /// <summary>Deletes the topic and all of its records.</summary>
    [Alias("Delete")]
    Task<TopicAnswer> DeleteAsync();
}

/// <summary>A topic to create.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.TopicCreation")]
public sealed record TopicCreation
{
    /// <summary>How many partitions; -1: <c>num.partitions</c>, or what the assignments say.</summary>
    [Id(0)]
    public int Partitions { get; init; } = -1;

    /// <summary>Replicas of each; -1: <c>default.replication.factor</c>, or as assigned.</summary>
    [Id(1)]
    public int ReplicationFactor { get; init; } = -1;

    /// <summary>
    /// Of each partition the ids of its brokers, the preferred leader first; none: the broker chooses. With assignments
    /// both counts stay -1.
    /// </summary>
    [Id(2)]
    public ImmutableArray<ImmutableArray<int>> Assignments { get; init; } = [];

    /// <summary>Configs by their names; null: the default.</summary>
    [Id(3)]
    public ImmutableDictionary<string, string?> Configs { get; init; } = ImmutableDictionary<string, string?>.Empty;

    /// <summary>Says what would come of it, and does nothing.</summary>
    [Id(4)]
    public bool ValidateOnly { get; init; }
}

/// <summary>What is to be another way about a topic.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.TopicChange")]
public sealed record TopicChange
{
    /// <summary>The new number of partitions, which only grows; null: as it is.</summary>
    [Id(0)]
    public int? Partitions { get; init; }

    /// <summary>Of each new partition the ids of its brokers; none: the broker chooses.</summary>
    [Id(1)]
    public ImmutableArray<ImmutableArray<int>> Assignments { get; init; } = [];

    /// <summary>Changes of configs, each of another one.</summary>
    [Id(2)]
    public ImmutableArray<TopicConfigChange> Configs { get; init; } = [];

    /// <summary>Says what would come of it, and does nothing.</summary>
    [Id(3)]
    public bool ValidateOnly { get; init; }
}

/// <summary>One change of a topic's configs.</summary>
/// <param name="Name">The config's name.</param>
/// <param name="Value">The value; null for <see cref="TopicConfigOperation.Delete"/>.</param>
/// <param name="Operation">What to do.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.TopicConfigChange")]
public readonly record struct TopicConfigChange(
    [property: Id(0)] string Name, [property: Id(1)] string? Value,
    [property: Id(2)] TopicConfigOperation Operation = TopicConfigOperation.Set);

/// <summary>What to do with a config, with Kafka's numbers.</summary>
[GenerateSerializer, Alias("ActorBroker.TopicConfigOperation")]
public enum TopicConfigOperation : byte
{
    /// <summary>Give it this value.</summary>
    Set = 0,

    /// <summary>Back to the default.</summary>
    Delete = 1,

    /// <summary>Add to a list.</summary>
    Append = 2,

    /// <summary>Take from a list.</summary>
    Subtract = 3,
}

/// <summary>What became of a change of a topic.</summary>
/// <param name="Error">The outcome, by Kafka's code.</param>
/// <param name="Message">What was wrong.</param>
/// <param name="TopicId">The topic's id, where one is known.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.TopicAnswer")]
public readonly record struct TopicAnswer(
    [property: Id(0)] ErrorCode Error, [property: Id(1)] string? Message = null,
    [property: Id(2)] Guid TopicId = default);

/// <summary>A topic.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.TopicDescription")]
public sealed record TopicDescription
{
    /// <summary>The outcome, by Kafka's code.</summary>
    [Id(0)]
    public required ErrorCode Error { get; init; }

    /// <summary>What was wrong.</summary>
    [Id(1)]
    public string? Message { get; init; }

    /// <summary>The topic's id; a topic made anew under the same name has another one.</summary>
    [Id(2)]
    public Guid TopicId { get; init; }

    /// <summary>The broker itself writes it.</summary>
    [Id(3)]
    public bool IsInternal { get; init; }

    /// <summary>Its partitions, by index.</summary>
    [Id(4)]
    public ImmutableArray<TopicPartitionDescription> Partitions { get; init; } = [];

    /// <summary>The configs that were set for this topic; all others are the broker's defaults.</summary>
    [Id(5)]
    public ImmutableDictionary<string, string> Configs { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>Where a partition is.</summary>
/// <param name="Partition">Its index.</param>
/// <param name="LeaderId">The broker that leads it; -1 where nobody does now.</param>
/// <param name="LeaderEpoch">The leadership.</param>
/// <param name="Replicas">The brokers that have it, the preferred leader first.</param>
/// <param name="InSync">Those of them that have all that is committed.</param>
/// <param name="Offline">Those of them that are not there now.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.TopicPartitionDescription")]
public sealed record TopicPartitionDescription(
    [property: Id(0)] int Partition, [property: Id(1)] int LeaderId, [property: Id(2)] int LeaderEpoch,
    [property: Id(3)] ImmutableArray<int> Replicas, [property: Id(4)] ImmutableArray<int> InSync,
    [property: Id(5)] ImmutableArray<int> Offline);
