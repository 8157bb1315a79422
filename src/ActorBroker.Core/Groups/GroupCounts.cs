namespace ActorBroker.Core.Groups;

/// <summary>
/// How many groups are in which state. Kept by the coordinator as it goes; another thread may read it, about.
/// </summary>
public sealed class GroupCounts
{
    private readonly int[] _counts = new int[2 * States.Count];

    internal GroupCounts()
    {
    }

    /// <summary>Kafka's names of all states.</summary>
    public static IReadOnlyList<string> States { get; } =
        ["Empty", "PreparingRebalance", "CompletingRebalance", "Stable", "Dead", "Assigning", "Reconciling"];

    /// <summary>Groups of a kind in a state.</summary>
    public int Of(GroupType type, string state) => Volatile.Read(ref _counts[IndexOf(type, state)]);

    internal static int IndexOf(GroupType type, string state) => ((int)type * States.Count) + state switch
    {
        "Empty" => 0,
        "PreparingRebalance" => 1,
        "CompletingRebalance" => 2,
        "Stable" => 3,
        "Assigning" => 5,
        "Reconciling" => 6,
        _ => 4,
    };

    /// <summary>A group changes its place; -1: it comes, or goes.</summary>
    internal void Move(int from, int to)
    {
        if (from >= 0)
        {
            _counts[from]--;
        }

        if (to >= 0)
        {
            _counts[to]++;
        }
    }
}
