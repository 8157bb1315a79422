// What tells a broker who leads and who is alive must not wait behind other work: not for the thread pool, and not for
// the disk that another part of the broker keeps busy.
namespace ActorBroker.Broker.Cluster.Local;

/// <summary>A thread of its own for something short that comes back at an interval, or sooner when woken.</summary>
internal sealed class Poller : IDisposable
{
    private readonly ManualResetEventSlim _bell = new(initialState: false, spinCount: 0);
    private readonly TimeSpan _interval;
    private readonly Action _work;
    private readonly Action<Exception> _failed;
    private readonly Thread _thread;
    private volatile bool _stopped;

    /// <param name="name">What it does.</param>
    /// <param name="interval">The time between.</param>
    /// <param name="work">What may throw.</param>
    /// <param name="failed">Told of the first failure, and of the first after each success.</param>
    public Poller(string name, TimeSpan interval, Action work, Action<Exception> failed)
    {
        _interval = interval;
        _work = work;
        _failed = failed;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Has it look now.</summary>
    public void Wake() => _bell.Set();

    /// <summary>Ends it, and waits until it has ended.</summary>
    public void Dispose()
    {
        _stopped = true;
        _bell.Set();
        if (_thread != Thread.CurrentThread)
        {
            _thread.Join();
            _bell.Dispose();
        }
    }

    private void Run()
    {
        var isFailing = false;
        while (true)
        {
            _bell.Wait(_interval);
            _bell.Reset();
            if (_stopped)
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
