namespace ActorBroker.Storage.Simulation;

/// <summary>A file's bytes in memory, and what of them is on the simulated platter.</summary>
internal sealed class MemoryNode
{
    private byte[] _bytes = [];
    private byte[] _durable = [];
    private int _firstUnsynced = int.MaxValue;

    public int Length { get; private set; }

    public long LastWriteMs { get; set; }

    public int Read(Span<byte> buffer, long position)
    {
        if (position >= Length)
        {
            return 0;
        }

        var count = Math.Min(buffer.Length, Length - (int)position);
        _bytes.AsSpan((int)position, count).CopyTo(buffer);
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        var end = checked((int)position + bytes.Length);
        if (end > Length)
        {
            SetLength(end);
        }

        bytes.CopyTo(_bytes.AsSpan((int)position));
        Touch((int)position);
    }

    public void SetLength(int length)
    {
        if (length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(length, Math.Min(_bytes.Length * 2, Array.MaxLength)));
        }

        if (length < Length)
        {
            _bytes.AsSpan(length, Length - length).Clear();
        }

        Touch(Math.Min(length, Length));
        Length = length;
    }

    /// <summary>All present bytes reach the platter; only what changed since is copied.</summary>
    public void Sync()
    {
        if (_firstUnsynced > Length && _durable.Length == Length)
        {
            return;
        }

        var from = Math.Min(_firstUnsynced, Math.Min(_durable.Length, Length));
        Array.Resize(ref _durable, Length);
        _bytes.AsSpan(from, Length - from).CopyTo(_durable.AsSpan(from));
        _firstUnsynced = int.MaxValue;
    }

    public void Corrupt(long position, byte mask)
    {
        _bytes[position] ^= mask;
        if (position < _durable.Length)
        {
            _durable[position] ^= mask;
        }
    }

    /// <summary>
    /// Goes back to the platter's bytes, and as much of an appended tail as the caller lets reach it.
    /// </summary>
    public void Crash(Func<int, int> keepTail)
    {
        var unsynced = _firstUnsynced >= _durable.Length ? Math.Max(0, Length - _durable.Length) : 0;
        var kept = unsynced > 0 ? Math.Clamp(keepTail(unsynced), 0, unsynced) : 0;
        var bytes = new byte[_durable.Length + kept];
        _durable.CopyTo(bytes, 0);
        if (kept > 0)
        {
            _bytes.AsSpan(_durable.Length, kept).CopyTo(bytes.AsSpan(_durable.Length));
        }

        _bytes = bytes;
        _durable = (byte[])bytes.Clone();
        Length = bytes.Length;
        _firstUnsynced = int.MaxValue;
    }

    private void Touch(int position) => _firstUnsynced = Math.Min(_firstUnsynced, position);
}
