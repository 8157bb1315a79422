using System.Threading.Tasks.Sources;
using ActorBroker.Broker.Partitions;
using ActorBroker.Gateway.Dispatch;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Gateway.Handlers.Fetching;

/// <summary>
/// One fetch from its first read to its reply. If there is not enough yet it parks: every partition gets a watcher, and
/// each wake reads only the partitions that were signalled. No task or timer per partition, no polling; one timer per
/// parked fetch.
/// </summary>
internal sealed partial class FetchWork : IValueTaskSource, IDisposable
{
    private readonly HandlerContext _context;
    private readonly short _version;
    private readonly FetchTerms _terms;
    private ManualResetValueTaskSourceCore<bool> _news = new() { RunContinuationsAsynchronously = true };
    private int _woken = 1; // Nobody waits yet.
    private volatile bool _expired;
    private long _bytes;

    public FetchWork(HandlerContext context, short version, FetchTerms terms, FetchTarget[] targets)
    {
        _context = context;
        _version = version;
        _terms = terms;
        Rows = new FetchRow[targets.Length];
        for (var index = 0; index < targets.Length; index++)
        {
            Rows[index] = new FetchRow(this, targets[index]);
        }
    }

    /// <summary>The partitions, in reading order.</summary>
    public FetchRow[] Rows { get; }

    /// <summary>Reads everything, waiting for more if there is not enough.</summary>
    public async ValueTask RunAsync(CancellationToken closing)
    {
        ReadAll();
        if (_terms.MaxWait > TimeSpan.Zero && !IsSatisfied())
        {
            await ParkAsync(closing).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the wait, or makes the next one end at once. From any thread.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _woken, 1) == 0)
        {
            _news.SetResult(true);
        }
    }

    public void Dispose()
    {
        foreach (var row in Rows)
        {
            row.Release();
        }
    }

    void IValueTaskSource.GetResult(short token) => _news.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _news.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _news.OnCompleted(continuation, state, token, flags);

    private async ValueTask ParkAsync(CancellationToken closing)
    {
        foreach (var row in Rows)
        {
            row.Watch();
        }

        _context.Instruments.FetchParked();
        try
        {
            ReadAll(); // What changed before the watchers stood was not signalled.
            if (IsSatisfied())
            {
                return;
            }

            using var timer = _context.Time.CreateTimer(
                static work => ((FetchWork)work!).Expire(), this, _terms.MaxWait, Timeout.InfiniteTimeSpan);
            using var registration = closing.UnsafeRegister(static work => ((FetchWork)work!).Expire(), this);
            do
            {
                await NewsAsync().ConfigureAwait(false);
                ReadNews();
            }
            while (!_expired && !IsSatisfied());
        }
        finally
        {
            _context.Instruments.FetchUnparked();
            foreach (var row in Rows)
            {
                row.Unwatch();
            }
        }
    }

    private ValueTask NewsAsync()
    {
        _news.Reset();
        var token = _news.Version;
        Interlocked.Exchange(ref _woken, 0); // From here on a signal completes the wait; earlier ones are looked for.
        if (_expired || Array.Exists(Rows, static row => row.HasNews))
        {
            Wake();
        }

        return new ValueTask(this, token);
    }

    private void Expire()
    {
        _expired = true;
        Wake();
    }

    private bool IsSatisfied() =>
        Rows.Length == 0 || _bytes >= _terms.MinBytes || Array.Exists(Rows, static row => row.IsFinal);

    private void ReadAll()
    {
        foreach (var row in Rows)
        {
            row.Release();
        }

        _bytes = 0;
        foreach (var row in Rows)
        {
            Read(row);
        }
    }

    private void ReadNews()
    {
        foreach (var row in Rows)
        {
            if (row.HasNews)
            {
                _bytes -= row.Bytes;
                Read(row);
            }
        }
    }

    private void Read(FetchRow row)
    {
        try
        {
            // The first partition that has anything yields a whole batch whatever its size: the client must get on.
            row.Read(
                _context.Node, _version, _terms, (int)Math.Max(_terms.MaxBytes - _bytes, 0),
                atLeastOneBatch: _bytes == 0);
        }
#pragma warning disable CA1031 // One partition's fault must not take the answers of the others with it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFault(_context.Logger, fault, row.Topic, row.Target.Key.Partition);
            row.Fail(Records.ErrorCode.UnknownServerError);
        }

        _bytes += row.Bytes;
    }

    [LoggerMessage(EventId = 3201, Level = LogLevel.Error, Message = "Fetch from {Topic}-{Partition} failed.")]
    private static partial void LogFault(ILogger logger, Exception fault, string? topic, int partition);
}

/// <summary>The limits of a fetch as a whole.</summary>
/// <param name="MinBytes">Answer as soon as there is so much.</param>
/// <param name="MaxBytes">Answer with no more, except for a first batch.</param>
/// <param name="MaxWait">Answer at the latest after so long.</param>
/// <param name="Isolation">How far the client may see.</param>
/// <param name="Rack">Where the client stands; empty where it has not said.</param>
internal sealed record FetchTerms(
    int MinBytes, int MaxBytes, TimeSpan MaxWait, IsolationLevel Isolation, string Rack);
