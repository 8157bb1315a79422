using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>
/// What the members of both protocols share: which partitions are theirs, and the handovers by which that changes.
/// Owned is what the reader has taken on and not given up; a handover changes it when the reader is done with it.
/// </summary>
/// <remarks>
/// Sans-I/O: the shell asks what to call next, sends it, and tells the answer; runs handovers one by one, and tells
/// when one is done. One thread at a time.
/// </remarks>
internal abstract class MemberMachine
{
    private readonly Queue<Handover> _handovers = new();

    /// <summary>What the reader has.</summary>
    public HashSet<TopicPartition> Owned { get; } = [];

    /// <summary>The handover that the reader was given and has not done yet.</summary>
    public Handover? Current { get; private set; }

    /// <summary>True where <see cref="Current"/> is best taken back, if the reader has not begun with it.</summary>
    public bool IsCurrentVoid { get; private set; }

    /// <summary>True while the member waits for its reader to come back.</summary>
    public bool IsStalled { get; private set; }

    /// <summary>When the next call is due, by the clock that the calls were told.</summary>
    public long NextCallMs { get; protected set; }

    /// <summary>As whom to commit now; null outside the group.</summary>
    public abstract MemberIdentity? Identity { get; }

    /// <summary>True while a rebalance goes on without the member's reader.</summary>
    public virtual bool IsJoining => false;

    /// <summary>True where the coordinator is to be told of the member's leaving.</summary>
    public abstract bool IsKnown { get; }

    protected bool HasHandovers => Current is not null || _handovers.Count > 0;

    /// <summary>What to ask now; <see cref="MemberCall.None"/> until <see cref="NextCallMs"/>.</summary>
    public abstract MemberCall Next(long nowMs);

    /// <summary>The next handover for the reader; false where there is none, or one is being done.</summary>
    public bool TryBeginHandover(out Handover handover)
    {
        if (Current is null && _handovers.TryDequeue(out handover!))
        {
            Current = handover;
            IsCurrentVoid = false;
            return true;
        }

        handover = null!;
        return false;
    }

    /// <summary>The reader has done the current handover.</summary>
    public void HandedOver()
    {
        var done = Current ?? throw new InvalidOperationException("There is no handover to be done with.");
        Current = null;
        if (done.Kind == HandoverKind.Assign)
        {
            Owned.UnionWith(done.Partitions);
        }
        else
        {
            Owned.ExceptWith(done.Partitions);
        }

        Settle();
    }

    /// <summary>The current handover was taken back: it has not begun.</summary>
    public void Withdrawn()
    {
        Current = null;
        Settle();
    }

    /// <summary>The reader came back after it was away too long, or after it met a failure.</summary>
    public void Resume() => IsStalled = false;

    /// <summary>The member is out of the group and stays so until its reader comes back.</summary>
    public void Stall()
    {
        IsStalled = true;
        Fence();
    }

    /// <summary>The subscription is another one now.</summary>
    public abstract void SubscriptionChanged();

    /// <summary>The group is without this member: everything is lost.</summary>
    protected void Fence()
    {
        Forget();
        _handovers.Clear();
        IsCurrentVoid = Current is not null;
        if (Current is null && Owned.Count > 0)
        {
            Enqueue(HandoverKind.Lose, [.. Owned]);
        }
    }

    /// <summary>Forgets what the protocol knows of the membership.</summary>
    protected abstract void Forget();

    /// <summary>A handover has ended, and no other waits.</summary>
    protected abstract void HandoversDone();

    protected void Enqueue(HandoverKind kind, IReadOnlyList<TopicPartition> partitions)
    {
        if (partitions.Count > 0)
        {
            _handovers.Enqueue(new Handover(kind, partitions));
        }
    }

    private void Settle()
    {
        if (Identity is null && Owned.Count > 0 && _handovers.Count == 0)
        {
            Enqueue(HandoverKind.Lose, [.. Owned]);
        }

        if (_handovers.Count == 0)
        {
            HandoversDone();
        }
    }
}
