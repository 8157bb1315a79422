using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>
/// A buffer of each thread's own in which keys and values are serialised before they enter a batch: the key decides
/// which batch that is, and users' code does not run under a batch's lock.
/// </summary>
internal static class SerializerScratch
{
    private const int KeptBytesMax = 64 * 1024;

    [ThreadStatic]
    private static PooledBufferWriter? _free;

    /// <summary>An empty buffer; a serializer that sends records itself gets another one.</summary>
    public static PooledBufferWriter Rent()
    {
        var scratch = _free ?? new PooledBufferWriter();
        _free = null;
        return scratch;
    }

    public static void Return(PooledBufferWriter scratch)
    {
        if (scratch.WrittenCount > KeptBytesMax)
        {
            scratch.Dispose();
        }

        scratch.Clear();
        _free = scratch;
    }
}
