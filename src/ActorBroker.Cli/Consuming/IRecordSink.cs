using ActorBroker.Client;

namespace ActorBroker.Cli.Consuming;

/// <summary>Where consumed records go. One record at a time.</summary>
internal interface IRecordSink : IAsyncDisposable
{
    /// <summary>Takes a record; how many bytes it wrote.</summary>
    int Write(in ConsumedRecord record);

    /// <summary>Completes what was written; a remark for the closing line.</summary>
    string Complete();
}
