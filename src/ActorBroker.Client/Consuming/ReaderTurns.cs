namespace ActorBroker.Client.Consuming;

/// <summary>
/// What is to be done in the reader's turn: between two records, while nothing is being processed. Rebalances need
/// that, since nobody may process a partition that is being given up.
/// </summary>
/// <remarks>Turns run one at a time and in order, by the reader or by whoever closes the consumer.</remarks>
internal sealed class ReaderTurns : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LinkedList<ReaderTurn> _waiting = [];
    private readonly SemaphoreSlim _running = new(1, 1);
    private readonly AsyncLocal<Inside?> _inside = new();
    private volatile bool _isAny;
    private volatile bool _isReaderWaiting;
    private int _moves;
    private int _touches;

    /// <summary>True where the reader has something to do.</summary>
    public bool IsAny => _isAny;

    /// <summary>True inside of a turn.</summary>
    public bool IsInside => _inside.Value is { IsOver: false };

    /// <summary>True while the reader waits for records.</summary>
    public bool IsReaderWaiting => _isReaderWaiting;

    /// <summary>Changes whenever the reader asks for more.</summary>
    public int Moves => Volatile.Read(ref _moves);

    /// <summary>Changes whenever the reader asks for more, or something that it handed on is processed.</summary>
    public int Activity => Moves + Volatile.Read(ref _touches);

    /// <summary>Told when there is something to do in the reader's turn.</summary>
    public Action? Posted { get; set; }

    /// <summary>Told when the reader is about to wait, in its own time.</summary>
    public Action? Waiting { get; set; }

    public void Move() => Volatile.Write(ref _moves, _moves + 1);

    public void Touch() => Interlocked.Increment(ref _touches);

    public void BeginWaiting()
    {
        _isReaderWaiting = true;
        Waiting?.Invoke();
    }

    public void EndWaiting() => _isReaderWaiting = false;

    public void Post(ReaderTurn turn)
    {
        lock (_gate)
        {
            _waiting.AddLast(turn);
            _isAny = true;
        }

        Posted?.Invoke();
    }

    /// <summary>Takes back a turn that has not begun.</summary>
    public bool TryWithdraw(ReaderTurn turn)
    {
        lock (_gate)
        {
            var isWithdrawn = _waiting.Remove(turn);
            _isAny = _waiting.Count > 0;
            return isWithdrawn;
        }
    }

    /// <summary>Does what waits; a failure leaves the rest for the next time.</summary>
    public async ValueTask RunAsync(CancellationToken cancel)
    {
        while (_isAny)
        {
            await RunAloneAsync(RunNextAsync, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Does something as if in the reader's turn, when no turn is running.</summary>
    public async ValueTask RunAloneAsync(Func<CancellationToken, ValueTask> work, CancellationToken cancel)
    {
        if (IsInside)
        {
            throw new InvalidOperationException("A rebalance handler cannot subscribe, read or close: it would wait " +
                "for its own end.");
        }

        await _running.WaitAsync(cancel).ConfigureAwait(false);
        var inside = new Inside();
        try
        {
            _inside.Value = inside;
            await work(cancel).ConfigureAwait(false);
        }
        finally
        {
            inside.IsOver = true;
            _inside.Value = null;
            _running.Release();
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _waiting.Clear();
            _isAny = false;
        }
    }

    public void Dispose() => _running.Dispose();

    private async ValueTask RunNextAsync(CancellationToken cancel)
    {
        ReaderTurn? turn;
        lock (_gate)
        {
            turn = _waiting.First?.Value;
            if (turn is not null)
            {
                _waiting.RemoveFirst();
            }

            _isAny = _waiting.Count > 0;
        }

        if (turn is not null)
        {
            await turn.Work(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>One turn. Tasks that it starts inherit it, and may live longer: they see its end.</summary>
    private sealed class Inside
    {
        private volatile bool _isOver;

        public bool IsOver
        {
            get => _isOver;
            set => _isOver = value;
        }
    }
}
