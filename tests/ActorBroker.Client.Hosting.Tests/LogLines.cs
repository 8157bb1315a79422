using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Client.Hosting.Tests;

/// <summary>Keeps what a host logs.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, int Id, string Text, Exception? Exception)> _lines = new();

    public IEnumerable<(LogLevel Level, int Id, string Text, Exception? Exception)> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, eventId.Id, formatter(state, exception), exception));

    public void Dispose()
    {
        // There is nothing to release.
    }
}
