// A disk is known to fail by its partitions' writes, and to work again only by a try. Health checks ask as often as
// they like: a disk is tried once at a time and at most once a second, and whoever waits for one that hangs holds no
// thread.
using ActorBroker.Storage;

namespace ActorBroker.Broker.Partitions;

/// <summary>Finds the log directories that can't be written. Any thread.</summary>
internal sealed class LogDirProbes(PartitionManager partitions, TimeProvider time)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<LogDirectory, (Task<bool> Probe, long BegunAt)> _probes = [];

    /// <summary>
    /// Tries those in which a partition failed, and those without partitions, of which nothing is known.
    /// </summary>
    public async Task<IReadOnlyList<string>> FailedAsync(CancellationToken cancel)
    {
        var failed = partitions.Each.ToLookup(
            static partition => partition.Actor.Context.Directory, static partition => partition.IsFailed);
        var tried = partitions.Directories
            .Where(directory => !failed.Contains(directory) || failed[directory].Any(static isFailed => isFailed))
            .Select(async directory =>
                (directory.Path, Works: await WorksAsync(directory, cancel).ConfigureAwait(false)));
        return
        [
            .. (await Task.WhenAll(tried).ConfigureAwait(false))
                .Where(static each => !each.Works)
                .Select(static each => each.Path),
        ];
    }

    private async Task<bool> WorksAsync(LogDirectory directory, CancellationToken cancel)
    {
        try
        {
            return await ProbeOf(directory).WaitAsync(Patience, time, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private Task<bool> ProbeOf(LogDirectory directory)
    {
        lock (_gate)
        {
            if (!_probes.TryGetValue(directory, out var last)
                || (last.Probe.IsCompleted && time.GetElapsedTime(last.BegunAt) >= KeptFor))
            {
                last = (Task.Run(directory.CanWrite, CancellationToken.None), time.GetTimestamp());
                _probes[directory] = last;
            }

            return last.Probe;
        }
    }
}
