using System.Buffers;
using ActorBroker.Client;

namespace ActorBroker.Cli.Consuming;

/// <summary>The values as they are, back to back.</summary>
internal sealed class ValueFormat : IRecordFormat
{
    public void Write(in ConsumedRecord record, IBufferWriter<byte> output) =>
        output.Write(record.Value.GetValueOrDefault().Span);
}
