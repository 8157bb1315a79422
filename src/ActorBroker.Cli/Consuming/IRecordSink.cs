using ActorBroker.Client;

namespace ActorBroker.Cli.Consuming;

/// <summary>Where consumed records go. One record at a time.</summary>
internal interface IRecordSink : IAsyncDisposable
{
    /// <summary>Takes a record; how many bytes of records it took.</summary>
    int Write(in ConsumedRecord record);

    /// <summary>No further record is at hand: whoever watches wants to see those that were written.</summary>
    void Pause();

    /// <summary>Completes what was written; a remark for the closing line.</summary>
    string Complete();
}
