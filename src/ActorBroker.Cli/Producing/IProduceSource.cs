namespace ActorBroker.Cli.Producing;

/// <summary>Something that becomes records.</summary>
internal interface IProduceSource
{
    /// <summary>How many bytes there are to send; null where that shows only at the end.</summary>
    long? Bytes { get; }

    /// <summary>Sends everything, in order.</summary>
    Task SendAsync(ProduceSink sink, CancellationToken cancel);
}
