namespace ActorBroker.Core.Groups;

/// <summary>
/// The answer that somebody waits for. A machine sets it once, in the turn of the request or, where the request is
/// parked (a join, a sync), in a later one. The shell hands it out only when everything that was decided before it is
/// committed, so nobody ever learns of a state that a crash could take back.
/// </summary>
public abstract class Reply
{
    /// <summary>The machine has answered.</summary>
    public bool IsAnswered { get; private protected set; }

    /// <summary>Called by the shell once the answer may be seen.</summary>
    public abstract void Release();
}

/// <summary>An answer of type <typeparamref name="T"/>.</summary>
public class Reply<T> : Reply
{
    private T? _result;

    /// <summary>The answer.</summary>
    /// <exception cref="InvalidOperationException">There is none yet.</exception>
    public T Result => IsAnswered ? _result! : throw new InvalidOperationException("The request is still parked.");

    /// <inheritdoc/>
    public override void Release()
    {
    }

    internal void Set(T result)
    {
        Invariant.Holds(!IsAnswered);
        _result = result;
        IsAnswered = true;
    }
}
