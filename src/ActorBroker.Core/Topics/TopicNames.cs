using System.Buffers;

namespace ActorBroker.Core.Topics;

/// <summary>Which topic names are legal, which collide, and which belong to the broker itself.</summary>
public static class TopicNames
{
    /// <summary>The longest legal name: with a partition and a suffix it still is a file name.</summary>
    public const int LengthMax = 249;

    /// <summary>Committed offsets and group metadata.</summary>
    public const string ConsumerOffsets = "__consumer_offsets";

    /// <summary>Transaction state.</summary>
    public const string TransactionState = "__transaction_state";

    /// <summary>Share group state.</summary>
    public const string ShareGroupState = "__share_group_state";

    /// <summary>Kafka's own metadata log; reserved.</summary>
    public const string ClusterMetadata = "__cluster_metadata";

    private static readonly SearchValues<char> Legal =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>Null for a legal name, otherwise what is wrong with it.</summary>
    public static string? Problem(string? name) => name switch
    {
        null or "" => "a topic name can't be empty",
        "." or ".." => $"a topic can't be named '{name}'",
        { Length: > LengthMax } => $"a topic name has at most {LengthMax} characters, this one has {name.Length}",
        _ when name.AsSpan().ContainsAnyExcept(Legal) =>
            $"topic name '{name}' has characters other than ASCII letters, digits, '.', '_' and '-'",
        _ => null,
    };

    /// <summary>True for a legal name.</summary>
    public static bool IsValid(string? name) => Problem(name) is null;

    /// <summary>True for the topics that the broker itself writes.</summary>
    public static bool IsInternal(string? name) => name is ConsumerOffsets or TransactionState or ShareGroupState;

    /// <summary>True when only . and _ tell two names apart: metric names can't tell them apart at all.</summary>
    public static bool Collide(string one, string other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return one.Length == other.Length && CollisionKey(one) == CollisionKey(other);
    }

    /// <summary>Equal for names that collide.</summary>
    public static string CollisionKey(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Replace('.', '_');
    }

    /// <summary>The existing topic, other than itself, that a new name collides with; null without one.</summary>
    public static string? FindCollision(string name, IEnumerable<string> existing)
    {
        ArgumentNullException.ThrowIfNull(existing);
        return existing.FirstOrDefault(other => other != name && Collide(name, other));
    }
}
