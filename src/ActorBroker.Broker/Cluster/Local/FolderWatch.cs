// Others' changes are looked for at an interval; the operating system tells of them at once. It is a hint only: where
// it can't be had (a network's file system, no watches left) or gets lost, the interval finds them; it is shorter
// where there are no hints.
namespace ActorBroker.Broker.Cluster.Local;

/// <summary>Tells when a file has gone from a folder, which is the last step of each write to a journal.</summary>
internal sealed class FolderWatch : IDisposable
{
    private readonly FileSystemWatcher? _watcher;

    /// <param name="folder">The folder; of those in it nothing is told.</param>
    /// <param name="changed">Called on any thread, and once too often rather than too seldom.</param>
    /// <param name="lost">Called where the system can't tell any more, or never could.</param>
    public FolderWatch(string folder, Action changed, Action lost)
    {
        try
        {
            _watcher = new FileSystemWatcher(folder) { NotifyFilter = NotifyFilters.FileName };
            _watcher.Deleted += (_, _) => changed();
            _watcher.Error += (_, _) => lost();
            _watcher.EnableRaisingEvents = true;
        }
        catch (Exception failure) when (failure is IOException or ArgumentException or UnauthorizedAccessException
            or PlatformNotSupportedException)
        {
            _watcher?.Dispose();
            lost();
        }
    }

    /// <summary>Tells no more.</summary>
    public void Dispose() => _watcher?.Dispose();
}
