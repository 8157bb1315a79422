using System.Buffers;
using ActorBroker.Client;

namespace ActorBroker.Cli.Consuming;

/// <summary>How a record is written.</summary>
internal interface IRecordFormat
{
    /// <summary>Appends the record, with whatever ends it.</summary>
    void Write(in ConsumedRecord record, IBufferWriter<byte> output);
}
