namespace ActorBroker.Cli.Producing;

/// <summary>Something that becomes records.</summary>
internal interface IProduceSource
{
    /// <summary>Sends everything, in order.</summary>
    Task SendAsync(ProduceSink sink, CancellationToken cancel);
}
