using ActorBroker.Storage;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>
/// Keeps the writers of several processes from getting in each other's way. It is a courtesy, not a guard: one that
/// waited for too long, since the holder was stopped, goes on without.
/// </summary>
internal sealed class WriterTurn(IFileSystem files, string path)
{
    private const int PatienceMs = 100;
    private const int StepMs = 2;

    /// <summary>To be disposed after the write; null: without.</summary>
    public IDisposable? Take()
    {
        for (var waited = 0; ; waited += StepMs)
        {
            if (!files.IsLocked(path) && files.TryLock(path) is { } turn)
            {
                return turn;
            }

            if (waited >= PatienceMs)
            {
                return null;
            }

            Thread.Sleep(StepMs);
        }
    }
}
