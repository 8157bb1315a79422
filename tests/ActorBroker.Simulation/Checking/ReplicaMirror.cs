namespace ActorBroker.Simulation.Checking;

/// <summary>What the checker knows of one replica's log: read from the log itself after each change.</summary>
internal sealed class ReplicaMirror(int brokerId)
{
    public int BrokerId { get; } = brokerId;

    /// <summary>Batch by batch, from the first one still stored.</summary>
    public List<Entry> Entries { get; } = [];

    /// <summary>The broker epoch under which this was read; 0: nobody runs on it, or it was lost.</summary>
    public long BrokerEpoch { get; set; }

    public long LogStart { get; set; }

    public long LogEnd { get; set; }

    /// <summary>Of the life that runs now; 0 without.</summary>
    public long HighWatermark { get; set; }

    /// <summary>The leadership that it believes to have, or -1.</summary>
    public int LeaderEpoch { get; set; } = -1;

    /// <summary>Up to here it was compared with what is committed.</summary>
    public long ComparedUpTo { get; set; }

    /// <summary>Index of the batch that holds the offset, or of the next one.</summary>
    public int IndexOf(long offset) => EntryList.IndexOf(Entries, offset);

    public void CutFrom(long offset)
    {
        var index = IndexOf(offset);
        Entries.RemoveRange(index, Entries.Count - index);
        ComparedUpTo = Math.Min(ComparedUpTo, offset);
    }
}

/// <summary>Lists of batches in the order of their offsets.</summary>
internal static class EntryList
{
    /// <summary>Index of the batch that holds the offset, or of the next one.</summary>
    public static int IndexOf(List<Entry> entries, long offset)
    {
        var (low, high) = (0, entries.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (entries[middle].NextOffset <= offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
