using System.Collections.Concurrent;
using System.Threading.Channels;

namespace ActorBroker.Client.Hosting.Tests;

/// <summary>What the handlers of a test do, and what they were given.</summary>
internal sealed class Script(Func<ConsumeResult<string, string>, CancellationToken, Task>? handle = null)
{
    private readonly Channel<string> _done = Channel.CreateUnbounded<string>();

    /// <summary>The values in the order in which handlers were called with them.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public async Task RunAsync(ConsumeResult<string, string> record, CancellationToken cancel)
    {
        Calls.Enqueue(record.Value);
        await (handle?.Invoke(record, cancel) ?? Task.CompletedTask);
        await _done.Writer.WriteAsync(record.Value, CancellationToken.None);
    }

    /// <summary>The next values whose handlers have ended.</summary>
    public async Task<List<string>> DoneAsync(int count, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        return await _done.Reader.ReadAllAsync(patience.Token).Take(count).ToListAsync(patience.Token);
    }
}

/// <summary>A handler that does what the test's script says.</summary>
internal sealed class ScriptHandler(Script script) : IRecordHandler<string, string>
{
    public Task HandleAsync(ConsumeResult<string, string> record, CancellationToken cancel) =>
        script.RunAsync(record, cancel);
}
