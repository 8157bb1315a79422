using System.Diagnostics.CodeAnalysis;
using ActorBroker.Core.Groups.Records;

namespace ActorBroker.Core.Groups;

/// <summary>
/// What one turn of a coordinator gathers: the records to append, which are applied already, and the answers that may
/// go out once the records are committed.
/// </summary>
/// <param name="now">The time of the turn.</param>
public sealed class GroupTurn(GroupTime now)
{
    private readonly List<GroupRecord> _records = [];
    private readonly List<Reply> _replies = [];
    private readonly Queue<string> _ending = new();

    /// <summary>The time of the turn.</summary>
    public GroupTime Now => now;

    /// <summary>Records to append, in this order, as one batch where they fit.</summary>
    public IReadOnlyList<GroupRecord> Records => _records;

    /// <summary>The replies that were answered in this turn, in order.</summary>
    public IReadOnlyList<Reply> Replies => _replies;

    internal void Add(in GroupRecord record) => _records.Add(record);

    /// <summary>
    /// The group waits with a decision until all requests of the turn are taken, e.g. with an assignment that many
    /// joins ask for: see <see cref="GroupCoordinatorMachine.EndTurn"/>.
    /// </summary>
    internal void CallAtEnd(string groupId) => _ending.Enqueue(groupId);

    internal bool TryTakeEnding([NotNullWhen(true)] out string? groupId) => _ending.TryDequeue(out groupId);

    internal void Answer<T>(Reply<T> reply, T result)
    {
        reply.Set(result);
        _replies.Add(reply);
    }
}

/// <summary>A point in time, on both clocks.</summary>
/// <param name="MonotonicMs">For deadlines: milliseconds that never go back.</param>
/// <param name="UnixMs">For what is stored: Unix milliseconds.</param>
public readonly record struct GroupTime(long MonotonicMs, long UnixMs);
