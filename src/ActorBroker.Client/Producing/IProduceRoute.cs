namespace ActorBroker.Client.Producing;

/// <summary>One connection to a leader, on which batches arrive in the order in which they were sent.</summary>
internal interface IProduceRoute
{
    /// <summary>False once the connection is lost.</summary>
    bool IsOpen { get; }

    /// <summary>
    /// Sends one batch. It takes its place in line before the method returns, and answers with a failure by value.
    /// </summary>
    /// <param name="batch">The batch, of which the route takes a lease of its own.</param>
    /// <param name="header">The batch's header for this attempt.</param>
    /// <param name="records">The batch's records.</param>
    /// <param name="cancel">What has not left when this comes is not sent.</param>
    Task<ProduceOutcome> SendAsync(
        ProduceBatch batch, byte[] header, ReadOnlyMemory<byte> records, CancellationToken cancel);
}
