using ActorBroker.Storage.Files;
using ActorBroker.Storage.Segments;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Storage.Recovery;

/// <summary>
/// Brings a partition's folder into a state that a stop may have interrupted: set-aside files go, unfinished
/// compactions go, finished ones (<c>.swap</c>) take the place of their inputs, and indexes without a log go.
/// </summary>
internal sealed class FolderCleaner(IFileSystem files, string folder, long nowMs, ILogger logger)
{
    /// <summary>Something was renamed or removed.</summary>
    public bool Changed { get; private set; }

    /// <summary>Base offsets of the segments, ascending.</summary>
    public List<long> Clean()
    {
        var names = files.ListFiles(folder).ToHashSet();
        foreach (var name in names.Where(IsLeftover).ToList())
        {
            Delete(names, name);
        }

        var swaps = names.Where(name => name.EndsWith(LogFiles.Log + LogFiles.Swap, StringComparison.Ordinal));
        foreach (var swap in swaps.Order(StringComparer.Ordinal).ToList())
        {
            if (LogFiles.TryParse(swap, out var offset, out _, out _))
            {
                Complete(names, offset);
            }
        }

        // An index whose log has not made it: the finished log's index is rebuilt, the unfinished one's is not wanted.
        foreach (var name in names.Where(name => name.EndsWith(LogFiles.Swap, StringComparison.Ordinal)).ToList())
        {
            Delete(names, name);
        }

        foreach (var name in names.Where(name => IsOrphan(names, name)).ToList())
        {
            Delete(names, name);
        }

        return [.. names.Select(BaseOfLog).Where(offset => offset >= 0).Order()];
    }

    private static bool IsLeftover(string name) =>
        name.EndsWith(LogFiles.Deleted, StringComparison.Ordinal)
        || name.EndsWith(LogFiles.Cleaned, StringComparison.Ordinal)
        || name.EndsWith(LogFiles.Temporary, StringComparison.Ordinal);

    private static bool IsOrphan(HashSet<string> names, string name) =>
        LogFiles.TryParse(name, out var offset, out var kind, out _)
        && kind is LogFiles.OffsetIndex or LogFiles.TimeIndex or LogFiles.AbortedIndex
        && !names.Contains(LogFiles.Name(offset, LogFiles.Log));

    private static long BaseOfLog(string name) =>
        LogFiles.TryParse(name, out var offset, out var kind, out var suffix)
        && kind == LogFiles.Log
        && suffix.Length == 0
            ? offset
            : -1;

    private void Complete(HashSet<string> names, long baseOffset)
    {
        var next = Math.Max(NextOffsetOfSwap(baseOffset), baseOffset + 1);
        PartitionLogLog.SwapCompleted(logger, folder, baseOffset, next);
        foreach (var input in names.Select(BaseOfLog).Where(offset => offset >= baseOffset && offset < next).ToList())
        {
            foreach (var kind in LogFiles.SegmentKinds)
            {
                Delete(names, LogFiles.Name(input, kind));
            }
        }

        // Where the index is no longer under its swap name, the one in place may be the old one: it is rebuilt.
        foreach (var kind in (string[])[LogFiles.OffsetIndex, LogFiles.TimeIndex, LogFiles.Log])
        {
            var name = LogFiles.Name(baseOffset, kind);
            Delete(names, name);
            if (names.Remove(name + LogFiles.Swap))
            {
                files.MoveFile(Path.Combine(folder, name + LogFiles.Swap), Path.Combine(folder, name));
                names.Add(name);
            }
        }

        Changed = true;
    }

    private long NextOffsetOfSwap(long baseOffset)
    {
        var swap = new LogSegment(files, folder, baseOffset, nowMs, LogFiles.Swap);
        using var reader = new BatchReader(swap, 0, swap.Size, BatchReader.LookupChunk);
        var next = baseOffset;
        while (reader.MoveNext())
        {
            next = reader.Header.NextOffset;
        }

        swap.Release();
        return next;
    }

    private void Delete(HashSet<string> names, string name)
    {
        if (names.Remove(name))
        {
            files.DeleteFile(Path.Combine(folder, name));
            Changed = true;
        }
    }
}
