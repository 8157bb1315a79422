// A killed process frees its lock at once; a stopped one keeps it, but its counter stands still. Both are judged by
// what this process sees and by its own monotonic clock, so that no clock that is set can kill a broker. A process
// that was stopped itself has seen nothing meanwhile: the time in which it did not look counts as one look.
using System.Collections.Immutable;
using ActorBroker.Broker.Actors;
using ActorBroker.Core;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>Who is alive of several brokers on one machine, by locks and leases in the cluster's folder.</summary>
internal sealed class LeaseMembership : IMembership
{
    private static readonly TimeSpan ClaimPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ClaimStep = TimeSpan.FromMilliseconds(20);

    private readonly LeaseFiles _files;
    private readonly int _brokerId;
    private readonly LeaseTimes _times;
    private readonly MonotonicClock _clock;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, WatchedBroker> _others = [];
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableSortedDictionary<int, long> _live = ImmutableSortedDictionary<int, long>.Empty;
    private IDisposable _claim;
    private Poller? _heart;
    private Poller? _watch;
    private IFile? _lease;
    private long _epoch = -1;
    private long _counter;
    private long _lastLookMs;
    private bool _isClaimLost;
    private bool _isDisposed;

    private LeaseMembership(
        LeaseFiles files, int brokerId, IDisposable claim, LeaseTimes times, TimeProvider time, ILogger logger)
    {
        _files = files;
        _brokerId = brokerId;
        _claim = claim;
        _times = times;
        _clock = new MonotonicClock(time);
        _logger = logger;
    }

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public ImmutableSortedDictionary<int, long> Live => Volatile.Read(ref _live);

    /// <summary>Takes the broker id for this process, before anything is read or written in its name.</summary>
    /// <exception cref="DirectoryLockedException">Another process has it.</exception>
    public static LeaseMembership Open(
        IFileSystem files, string clusterFolder, int brokerId, LeaseTimes times, TimeProvider time, ILogger logger)
    {
        var leases = new LeaseFiles(files, clusterFolder);
        leases.Create();
        var claim = leases.TryClaim(brokerId);

        // A killed process needs a moment until all of it is gone, and those who look at the lock hold it for a blink.
        for (var waited = TimeSpan.Zero; claim is null && waited < ClaimPatience; waited += ClaimStep)
        {
            Thread.Sleep(ClaimStep);
            claim = leases.TryClaim(brokerId);
        }

        return claim is not null
            ? new LeaseMembership(leases, brokerId, claim, times, time, logger)
            : throw new DirectoryLockedException(
                $"Broker {brokerId} of the cluster in '{clusterFolder}' is running already: stop it, or give this " +
                "one another broker.id.");
    }

    /// <inheritdoc/>
    /// <remarks>It ends when it is known of every other broker whether it is alive.</remarks>
    public Task JoinAsync(int brokerId, long brokerEpoch, CancellationToken cancel)
    {
        Begin(brokerId, brokerEpoch);
        _heart = new Poller("heartbeat", _times.Heartbeat, Beat, failure => LocalLogs.LeasesFailed(_logger, failure));
        _watch = new Poller("leases", LeaseTimes.Watch, Look, failure => LocalLogs.LeasesFailed(_logger, failure));
        return _settled.Task.WaitAsync(cancel);
    }

    /// <inheritdoc/>
    public Task LeaveAsync()
    {
        _watch?.Dispose();
        _heart?.Dispose();
        lock (_gate)
        {
            if (_lease is { } lease)
            {
                _lease = null;
                using (lease)
                {
                    SayGoodbye(lease);
                }
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            await LeaveAsync().ConfigureAwait(false);
            _claim.Dispose();
        }
    }

    /// <summary>Writes the first lease and looks for the first time; the rest goes by the clock.</summary>
    internal void Begin(int brokerId, long brokerEpoch)
    {
        Invariant.Holds(brokerId == _brokerId && _lease is null);
        _epoch = brokerEpoch;
        _lease = _files.Open(brokerId);
        _counter = (_files.Read(brokerId)?.Counter ?? 0) + 1;
        _lastLookMs = _clock.NowMs;
        Beat();
        Look();
    }

    /// <summary>Says that this broker lives.</summary>
    internal void Beat()
    {
        lock (_gate)
        {
            if (_lease is not null)
            {
                RestoreFiles();
                LeaseFiles.Write(_lease, new Lease(_epoch, ++_counter));
            }
        }
    }

    /// <summary>
    /// Looks at the others: at whoever has a lease, and whoever ever had one, as a file that was removed says nothing
    /// about its broker.
    /// </summary>
    /// <exception cref="IOException">Files of some could not be read; the others were looked at.</exception>
    internal void Look()
    {
        var nowMs = _clock.NowMs;
        var unseenMs = Math.Min(nowMs - _lastLookMs, 2 * (long)LeaseTimes.Watch.TotalMilliseconds);
        _lastLookMs = nowMs;
        Exception? fault = null;
        foreach (var brokerId in _files.List().Union(_others.Keys).ToArray())
        {
            if (brokerId != _brokerId)
            {
                Look(brokerId, unseenMs, ref fault);
            }
        }

        if (_settled.Task.IsCompleted || _others.Values.All(static other => other.IsSettled))
        {
            Publish();
            _settled.TrySetResult();
        }

        if (fault is not null)
        {
            throw new IOException($"A broker's lease or lock can't be read: {fault.Message}", fault);
        }
    }

    private void Look(int brokerId, long unseenMs, ref Exception? fault)
    {
        // What can't be read is no sign of life, nor of an end.
        Lease? lease = null;
        var isClaimed = true;
        try
        {
            lease = _files.Read(brokerId);
            isClaimed = _files.IsClaimed(brokerId);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            fault = failure;
        }

        if (!_others.TryGetValue(brokerId, out var other))
        {
            if (lease is not { } first)
            {
                return;
            }

            _others[brokerId] = other = new WatchedBroker(first, isClaimed);
        }

        var wasAlive = other.IsAlive;
        var death = other.See(lease, unseenMs, (long)_times.Session.TotalMilliseconds);
        if (other.IsAlive && !isClaimed)
        {
            death = other.End();
        }

        if (wasAlive && death is not null)
        {
            LocalLogs.Dead(_logger, brokerId, other.Epoch, death);
        }
        else if (!wasAlive && other.IsAlive)
        {
            LocalLogs.Alive(_logger, brokerId, other.Epoch);
        }
    }

    /// <summary>
    /// A file that was removed while this process has it open is seen by nobody: the others would take this broker for
    /// dead, or another process its id.
    /// </summary>
    private void RestoreFiles()
    {
        if (!_files.HasLease(_brokerId))
        {
            _files.Restore();
            var lease = _files.Open(_brokerId);
            _lease!.Dispose();
            _lease = lease;
        }

        _isClaimLost |= !_files.HasLock(_brokerId);
        if (_isClaimLost && _files.TryClaim(_brokerId) is { } claim)
        {
            _claim.Dispose();
            _claim = claim;
            _isClaimLost = false;
        }
    }

    /// <summary>The others would find out without it; a later life of this broker has the lease by now.</summary>
    private void SayGoodbye(IFile lease)
    {
        try
        {
            if (_files.Read(_brokerId) is not { } now || now.Epoch <= _epoch)
            {
                LeaseFiles.Write(lease, new Lease(_epoch, Lease.Left));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LocalLogs.LeasesFailed(_logger, failure);
        }
    }

    private void Publish()
    {
        var live = _others.Where(static other => other.Value.IsAlive)
            .Select(static other => KeyValuePair.Create(other.Key, other.Value.Epoch))
            .Append(KeyValuePair.Create(_brokerId, _epoch));
        if (!live.ToHashSet().SetEquals(_live))
        {
            Volatile.Write(ref _live, live.ToImmutableSortedDictionary());
            Changed?.Invoke();
        }
    }
}
