namespace ActorBroker.Chaos.Workload;

/// <summary>A client at work, until it is stopped.</summary>
internal interface IWorker
{
    /// <summary>Its name, for people.</summary>
    string Name { get; }

    /// <summary>Who it is to the checker, where it reads: itself, or its group; null for one that writes.</summary>
    string? Reader { get; }

    /// <summary>Ends when it was cancelled and has tidied up: what was sent is settled, a member has left.</summary>
    Task RunAsync(CancellationToken stop);
}
