using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Tests.Support;

/// <summary>Does something on the thread that logs an event, before the event is over.</summary>
internal sealed class EventHook(int eventId, Action action) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (id.Id == eventId)
        {
            action();
        }
    }

    public void Dispose()
    {
    }
}
