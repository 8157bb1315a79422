using System.Runtime.InteropServices;
using ActorBroker.Protocol;

namespace ActorBroker.Client.Networking;

/// <summary>
/// A frame to send: bytes of its own, and payloads between them that are sent from where they lie. Disposing gives the
/// bytes back to the pool and lets go of the payloads.
/// </summary>
internal sealed class RequestFrame : IDisposable
{
    private List<Payload>? _payloads;

    /// <summary>Takes the frame's own bytes.</summary>
    public KafkaWriter Writer { get; } = new();

    /// <summary>Bytes of the whole frame.</summary>
    public int Length => checked(Writer.Length + (_payloads?.Sum(payload => payload.Bytes.Length) ?? 0));

    /// <summary>True where all bytes are the writer's.</summary>
    public bool IsPlain => _payloads is null;

    /// <summary>Lets bytes follow what was written so far.</summary>
    public void AddPayload(ReadOnlyMemory<byte> bytes, IDisposable lease) =>
        (_payloads ??= []).Add(new Payload(Writer.Length, bytes, lease));

    /// <summary>The frame's pieces, in order, as one gathering send takes them.</summary>
    public List<ArraySegment<byte>> Pieces()
    {
        var pieces = new List<ArraySegment<byte>>((2 * (_payloads?.Count ?? 0)) + 1);
        var own = Writer.WrittenMemory;
        var from = 0;
        foreach (var payload in _payloads ?? [])
        {
            Add(pieces, own[from..payload.At]);
            Add(pieces, payload.Bytes);
            from = payload.At;
        }

        Add(pieces, own[from..]);
        return pieces;
    }

    public void Dispose()
    {
        Writer.Dispose();
        _payloads?.ForEach(payload => payload.Lease.Dispose());
        _payloads = null;
    }

    private static void Add(List<ArraySegment<byte>> pieces, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > 0 && MemoryMarshal.TryGetArray(bytes, out var piece))
        {
            pieces.Add(piece);
        }
    }

    private readonly record struct Payload(int At, ReadOnlyMemory<byte> Bytes, IDisposable Lease);
}
