using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Producing;

/// <summary>What all records of one run share, until a record says otherwise.</summary>
internal sealed record RecordFrame
{
    public ReadOnlyMemory<byte>? Key { get; init; }

    public IReadOnlyList<RecordHeader> Headers { get; init; } = [];

    public int? Partition { get; init; }

    /// <summary>A record with this value in the frame.</summary>
    public ProducerRecord Of(ReadOnlyMemory<byte>? value) => new()
    {
        Key = Key,
        Value = value,
        Headers = Headers.Count > 0 ? Headers : null,
        Partition = Partition,
    };
}
