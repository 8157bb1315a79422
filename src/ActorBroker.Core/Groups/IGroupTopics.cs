namespace ActorBroker.Core.Groups;

/// <summary>The topics as a coordinator sees them: an immutable view, replaced by the shell when it changes.</summary>
public interface IGroupTopics
{
    /// <summary>
    /// The names of all topics that are not internal (what an expression can match), in ordinal order.
    /// </summary>
    IEnumerable<string> Names { get; }

    /// <summary>The topic of this name, internal ones too, or null.</summary>
    GroupTopic? Find(string name);

    /// <summary>The topic of this id, or null.</summary>
    GroupTopic? Find(Guid id);
}

/// <summary>A topic of which members get partitions.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="PartitionCount">How many partitions it has.</param>
/// <param name="Racks">Per partition the racks of its replicas; empty where no broker has one.</param>
public sealed record GroupTopic(
    Guid Id, string Name, int PartitionCount, IReadOnlyList<IReadOnlyList<string>> Racks);
