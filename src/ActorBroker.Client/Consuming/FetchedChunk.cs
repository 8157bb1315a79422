using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Client.Consuming;

/// <summary>The whole batches of one fetch answer, waiting to be read. Its reader disposes it.</summary>
internal sealed class FetchedChunk(Answer<FetchResponse> answer, ReadOnlyMemory<byte> batches, long nextOffset)
    : IDisposable
{
    public ReadOnlyMemory<byte> Batches => batches;

    /// <summary>Where the partition goes on after this chunk, whether or not it shows records.</summary>
    public long NextOffset => nextOffset;

    public void Dispose() => answer.Dispose();
}
