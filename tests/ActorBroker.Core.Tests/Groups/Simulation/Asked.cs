using ActorBroker.Core.Groups;

namespace ActorBroker.Core.Tests.Groups.Simulation;

/// <summary>Somebody waits for an answer.</summary>
internal interface IAsked
{
    /// <summary>Since when, monotonic.</summary>
    long SinceMs { get; }

    /// <summary>What was asked, for the trace.</summary>
    string What { get; }

    bool IsSettled { get; }

    /// <summary>The coordinator is gone, and the question with it.</summary>
    void Lose();
}

/// <summary>A reply that tells when it is released, or that it never will be.</summary>
internal sealed class Asked<T>(string what, long sinceMs, Action<T>? onAnswer, Action? onLost) : Reply<T>, IAsked
{
    public long SinceMs => sinceMs;

    public string What => what;

    public bool IsSettled { get; private set; }

    /// <summary>The coordinator forgot the question: it restarted, or could not store what it decided.</summary>
    public bool IsLost { get; private set; }

    public override void Release()
    {
        if (!IsSettled)
        {
            IsSettled = true;
            onAnswer?.Invoke(Result);
        }
    }

    public void Lose()
    {
        if (!IsSettled)
        {
            IsSettled = true;
            IsLost = true;
            onLost?.Invoke();
        }
    }
}
