using ActorBroker.Protocol.Messages;

namespace ActorBroker.Client.Tests;

/// <summary>One partition of a <see cref="LogCluster"/>.</summary>
internal sealed class LogPartition
{
    public int Leader { get; set; }

    public int Epoch { get; set; }

    public long Start { get; set; }

    public long End => Batches.Count > 0 ? Batches[^1].Next : Start;

    public List<(long Base, long Next, byte[] Bytes)> Batches { get; } = [];

    /// <summary>Where each former epoch ended.</summary>
    public Dictionary<int, long> EpochEnds { get; } = [];

    public List<FetchResponse.AbortedTransaction> Aborted { get; } = [];
}
