namespace ActorBroker.Storage;

internal sealed class LogSegment
{
    public FileStream? SendStream => throw new NotSupportedException();

    public void ReadExactly(Span<byte> destination, long position) => throw new NotSupportedException();

    public void Release() => throw new NotSupportedException();
}
