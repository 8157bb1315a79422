using System.Diagnostics.CodeAnalysis;
using ActorBroker.Broker;
using ActorBroker.Broker.Partitions;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers.Fetching;

/// <summary>
/// One partition of a fetch in work: what has been read of it so far and, while the fetch is parked, the watcher that
/// notes that this partition, and no other, has news.
/// </summary>
internal sealed class FetchRow(FetchWork work, FetchTarget target) : FetchWatcher
{
    private int _news;
    private Partition? _partition;

    /// <summary>What the client wants.</summary>
    public FetchTarget Target => target;

    /// <summary>The topic's name, where the partition was found or asked for by name.</summary>
    public string? Topic => target.Key.Topic ?? _partition?.Name.Topic;

    /// <summary>What was read last; owned by the row until the reply takes it.</summary>
    public FetchResult Result { get; private set; }

    /// <summary>Bytes of records read.</summary>
    public int Bytes => Result.Records.Length;

    /// <summary>The replica nearer to the client that it should ask instead; -1 for none (KIP-392).</summary>
    public int NearerReplica { get; private set; } = -1;

    /// <summary>True where waiting for more makes no sense: the client has to know this now.</summary>
    public bool IsFinal => Result.Error != ErrorCode.None || Result.Diverging is not null || NearerReplica >= 0;

    /// <summary>True when the partition was signalled and not read since.</summary>
    public bool HasNews => Volatile.Read(ref _news) != 0;

    public override void Signal()
    {
        Interlocked.Exchange(ref _news, 1);
        work.Wake();
    }

    /// <summary>Asks to be signalled.</summary>
    public void Watch() => _partition?.AddWatcher(this);

    /// <summary>Asks no longer; a signal on its way may still come.</summary>
    public void Unwatch() => _partition?.RemoveWatcher(this);

    /// <summary>Reads the partition anew, in place of what was read before.</summary>
    public void Read(BrokerNode node, short version, FetchTerms terms, int maxBytes, bool atLeastOneBatch)
    {
        Interlocked.Exchange(ref _news, 0); // Before the read: what changes during it signals again.
        Release();
        if (!TryFind(node, out var partition))
        {
            Result = Failed(target.Key.Topic is { } name
                ? node.WhyAbsent(name, target.Key.Partition)
                : node.WhyAbsent(target.Key.TopicId, target.Key.Partition));
            return;
        }

        if (version < 10 && partition.Config.Compression == CompressionCodec.Zstd)
        {
            Result = Failed(ErrorCode.UnsupportedCompressionType); // The client is too old to know the codec.
            return;
        }

        var nearer = NearestReplica.Find(node.Cluster, partition, node.BrokerId, terms.Rack);
        Result = partition.Fetch(new FetchQuery(
            target.Offset,
            nearer >= 0 ? 0 : Math.Clamp(target.MaxBytes, 0, maxBytes),
            atLeastOneBatch && nearer < 0,
            terms.Isolation,
            target.CurrentLeaderEpoch,
            target.LastFetchedEpoch,
            AllowFollower: terms.Rack.Length > 0));
        NearerReplica = IsFinal ? -1 : nearer;
    }

    /// <summary>Notes a fault of the broker's own.</summary>
    public void Fail(ErrorCode error)
    {
        Release();
        Result = Failed(error);
    }

    /// <summary>Gives the lease back.</summary>
    public void Release()
    {
        Result.Dispose();
        Result = default;
        NearerReplica = -1;
    }

    /// <summary>Hands the result, and its lease, over.</summary>
    public FetchResult Take()
    {
        var result = Result;
        _partition?.CountFetched(result.Records.Length);
        Result = default;
        return result;
    }

    private static FetchResult Failed(ErrorCode error) =>
        new() { Error = error, HighWatermark = -1, LastStableOffset = -1, LogStartOffset = -1 };

    private bool TryFind(BrokerNode node, [NotNullWhen(true)] out Partition? partition)
    {
        // Looked up once: a topic that is deleted meanwhile answers for itself, and watching and unwatching must meet.
        if (_partition is null)
        {
            var key = target.Key;
            if (!(key.Topic is { } name
                ? node.TryGetPartition(name, key.Partition, out var found)
                : node.TryGetPartition(key.TopicId, key.Partition, out found)))
            {
                partition = null;
                return false;
            }

            _partition = found;
        }

        partition = _partition!;
        return true;
    }
}
