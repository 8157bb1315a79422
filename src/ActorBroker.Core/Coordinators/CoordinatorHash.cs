namespace ActorBroker.Core.Coordinators;

/// <summary>
/// Which partition of a coordinator's topic keeps a group's or a transaction's state: every broker and many tools
/// compute it, so it is Java's string hash for good.
/// </summary>
public static class CoordinatorHash
{
    /// <summary>Java's <c>String.hashCode</c>, over UTF-16 code units with 32-bit wrap-around.</summary>
    public static int Of(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var hash = 0;
        foreach (var unit in key)
        {
            hash = unchecked((31 * hash) + unit);
        }

        return hash;
    }

    /// <summary>The partition of <paramref name="key"/>; the one hash without an absolute value counts as 0.</summary>
    public static int Partition(string key, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(partitions);
        var hash = Of(key);
        return hash == int.MinValue ? 0 : Math.Abs(hash) % partitions;
    }
}
