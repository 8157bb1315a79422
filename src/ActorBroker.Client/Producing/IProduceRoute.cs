namespace ActorBroker.Client.Producing;

/// <summary>One connection to a leader, on which batches arrive in the order in which they were sent.</summary>
internal interface IProduceRoute
{
    /// <summary>False once the connection is lost.</summary>
    bool IsOpen { get; }

    /// <summary>
    /// Sends one batch. It takes its place in line before the method first yields, and answers with a failure by value.
    /// </summary>
    Task<ProduceOutcome> SendAsync(string topic, int partition, ReadOnlyMemory<byte> batch, CancellationToken cancel);
}
