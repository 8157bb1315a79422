// What tells a broker who leads and who is alive must not wait behind other work: not for the thread pool, and not for
// the disk that another part of the broker keeps busy.
namespace ActorBroker.Broker.Cluster.Local;

/// <summary>A thread of its own for something short that comes back at an interval, or sooner when woken.</summary>
internal sealed class Poller : IDisposable
{
    private readonly ManualResetEventSlim _bell = new(initialState: false, spinCount: 0);
    private readonly ManualResetEventSlim _stop = new(initialState: false, spinCount: 0);
    private long _intervalTicks;
    private readonly Action _work;
    private readonly Action<Exception> _failed;
    private readonly Thread _thread;

    /// <param name="name">What it does.</param>
    /// <param name="interval">The time between.</param>
    /// <param name="work">What may throw.</param>
    /// <param name="failed">Told of the first failure, and of the first after each success.</param>
    public Poller(string name, TimeSpan interval, Action work, Action<Exception> failed)
    {
        Interval = interval;
        _work = work;
        _failed = failed;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>The time between; from the next one on.</summary>
    public TimeSpan Interval
    {
        get => new(Volatile.Read(ref _intervalTicks));
        set => Volatile.Write(ref _intervalTicks, value.Ticks);
    }

    /// <summary>Has it look now; after a failure it waits for its time all the same.</summary>
    public void Wake() => _bell.Set();

    /// <summary>Ends it, and waits until it has ended.</summary>
    public void Dispose()
    {
        _stop.Set();
        _bell.Set();
        if (_thread != Thread.CurrentThread)
        {
            _thread.Join();
            _bell.Dispose();
            _stop.Dispose();
        }
    }

    private void Run()
    {
        var isFailing = false;
        while (true)
        {
            (isFailing ? _stop : _bell).Wait(Interval);
            _bell.Reset();
            if (_stop.IsSet)
            {
                return;
            }

            try
            {
                _work();
                isFailing = false;
            }
#pragma warning disable CA1031 // It is tried again; whoever owns it is told once.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (!isFailing)
                {
                    isFailing = true;
                    _failed(failure);
                }
            }
        }
    }
}
