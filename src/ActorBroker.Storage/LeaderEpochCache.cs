using System.Collections.Immutable;
using System.Globalization;
using ActorBroker.Core;
using ActorBroker.Core.Replication;
using ActorBroker.Storage.Files;

namespace ActorBroker.Storage;

/// <summary>
/// The leader epochs of a log and where each starts: the truth by which replicas find the point that they share. Stored
/// in <c>leader-epoch-checkpoint</c>. Changes take turns; readers on any thread see a snapshot.
/// </summary>
/// <remarks>
/// What elections change is on the file at once, which a death of the process leaves alone, but synced only with the
/// log's next flush: a thousand elections must not wait for a thousand fsyncs. Where power is lost before, recovery
/// ends the log at the first record whose epoch the file does not know, and none of those was flushed.
/// </remarks>
public sealed class LeaderEpochCache : IEpochHistory
{
    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly Lock _lock = new();
    private EpochEntry[] _entries;
    private bool _isUnsynced;

    internal LeaderEpochCache(IFileSystem files, string path)
    {
        _files = files;
        _path = path;
        _entries = Load(files, path);
    }

    /// <summary>The latest epoch; null in a log that no leader has written to.</summary>
    public int? Latest => Current is [.., var last] ? last.Epoch : null;

    /// <summary>All entries, both columns ascending.</summary>
    public ImmutableArray<EpochEntry> Entries => ImmutableArray.Create(Current);

    private EpochEntry[] Current => Volatile.Read(ref _entries);

    /// <summary>
    /// A leader of a newer epoch starts at the offset; durable with the next <see cref="Flush"/>. An epoch already
    /// known is left alone.
    /// </summary>
    public void Assign(int epoch, long startOffset)
    {
        if (Latest >= epoch)
        {
            return;
        }

        lock (_lock)
        {
            var before = Current;
            Stage(epoch, startOffset);
            SaveOrReturnTo(before, durable: false);
        }
    }

    /// <summary>
    /// The largest epoch that is not above the one asked, and where it ends. An epoch before the first known one ends
    /// where that one starts; of an epoch above the latest nothing is known: (-1, -1).
    /// </summary>
    public (int Epoch, long EndOffset) EndOffsetFor(int epoch, long logEndOffset)
    {
        var entries = Current;
        if (epoch < 0 || entries.Length == 0 || epoch > entries[^1].Epoch)
        {
            return (-1, -1);
        }

        // From the back: what is asked for is nearly always among the last.
        var index = entries.Length - 1;
        while (index >= 0 && entries[index].Epoch > epoch)
        {
            index--;
        }

        if (index < 0)
        {
            return (epoch, entries[0].StartOffset);
        }

        return (entries[index].Epoch, index + 1 < entries.Length ? entries[index + 1].StartOffset : logEndOffset);
    }

    /// <summary>The epoch of the record at the offset; null below the first known epoch.</summary>
    public int? EpochAt(long offset)
    {
        var entries = Current;
        for (var index = entries.Length - 1; index >= 0; index--)
        {
            if (entries[index].StartOffset <= offset)
            {
                return entries[index].Epoch;
            }
        }

        return null;
    }

    /// <summary>Notes the epoch in memory; true if that changed anything and <see cref="Save"/> is due.</summary>
    internal bool Stage(int epoch, long startOffset)
    {
        Invariant.Holds(epoch >= 0 && startOffset >= 0);
        var entries = Current;
        if (entries is [.., var last] && epoch <= last.Epoch)
        {
            return false;
        }

        // An epoch in which nothing was appended gives way to the one that starts at the same place.
        Volatile.Write(
            ref _entries,
            [.. entries.Where(entry => entry.StartOffset < startOffset), new EpochEntry(epoch, startOffset)]);
        return true;
    }

    /// <summary>Makes durable what is not yet.</summary>
    internal void Flush()
    {
        if (Volatile.Read(ref _isUnsynced))
        {
            lock (_lock)
            {
                Save();
            }
        }
    }

    /// <summary>Drops epochs that start at or after the log's new end.</summary>
    internal void TruncateFromEnd(long endOffset, bool durable = true)
    {
        lock (_lock)
        {
            var before = Current;
            if (before is [.., var last] && last.StartOffset >= endOffset)
            {
                Volatile.Write(ref _entries, [.. before.Where(entry => entry.StartOffset < endOffset)]);
                SaveOrReturnTo(before, durable);
            }
        }
    }

    /// <summary>
    /// Drops epochs that end before the last record below the log's new start. That one's epoch stays, beginning there:
    /// a log that was emptied, or is cut at its start, must not look like one that never had anything.
    /// </summary>
    internal void TruncateFromStart(long startOffset)
    {
        lock (_lock)
        {
            var before = Current;
            var at = startOffset - 1;
            var first = Array.FindLastIndex(before, entry => entry.StartOffset <= at);
            if (first < 0 || (first == 0 && before[0].StartOffset == at))
            {
                return;
            }

            Volatile.Write(ref _entries, [before[first] with { StartOffset = at }, .. before[(first + 1)..]]);
            SaveOrReturnTo(before, durable: true);
        }
    }

    /// <summary>Adds what comes before the first entry; the last one of it may be of the same epoch as that.</summary>
    internal void Prepend(IReadOnlyList<EpochEntry> earlier)
    {
        lock (_lock)
        {
            var before = Current;
            if (earlier.Count > 0)
            {
                Volatile.Write(
                    ref _entries, [.. earlier, .. before.Where(entry => entry.Epoch > earlier[^1].Epoch)]);
                SaveOrReturnTo(before, durable: true);
            }
        }
    }

    /// <summary>
    /// The log starts anew at the offset. Of what was before it only the last record's epoch is known, or nothing (-1).
    /// </summary>
    internal void StartAt(long startOffset, int previousEpoch)
    {
        lock (_lock)
        {
            var before = Current;
            EpochEntry[] after =
                previousEpoch < 0 || startOffset == 0 ? [] : [new EpochEntry(previousEpoch, startOffset - 1)];
            if (before.Length > 0 || after.Length > 0)
            {
                Volatile.Write(ref _entries, after);
                SaveOrReturnTo(before, durable: true);
            }
        }
    }

    internal void Save(bool durable = true)
    {
        CheckpointFile.Write(
            _files,
            _path,
            [.. Current.Select(static entry => string.Create(
                CultureInfo.InvariantCulture, $"{entry.Epoch} {entry.StartOffset}"))],
            durable);
        Volatile.Write(ref _isUnsynced, !durable);
    }

    private void SaveOrReturnTo(EpochEntry[] before, bool durable)
    {
        try
        {
            Save(durable);
        }
        catch
        {
            // What the disk does not know must not count: the next call tries again.
            Volatile.Write(ref _entries, before);
            throw;
        }
    }

    private static EpochEntry[] Load(IFileSystem files, string path)
    {
        var entries = new List<EpochEntry>();
        foreach (var row in CheckpointFile.Read(files, path, columns: 2) ?? [])
        {
            // What does not ascend is damaged, and then none of it is trusted: the batches tell the epochs again.
            if (!int.TryParse(row[0], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
                || !long.TryParse(row[1], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
                || (entries is [.., var last] && (epoch <= last.Epoch || offset < last.StartOffset)))
            {
                return [];
            }

            entries.Add(new EpochEntry(epoch, offset));
        }

        return [.. entries];
    }
}
