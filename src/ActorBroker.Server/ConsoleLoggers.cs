using ActorBroker.Core.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace ActorBroker.Server;

/// <summary>Logs to the console, put together by hand: a container would cost a start a tenth of a second.</summary>
internal static class ConsoleLoggers
{
    public static ILoggerFactory Create(BrokerConfig config)
    {
        var options = new ConsoleLoggerOptions { FormatterName = LineFormatter.FormatterName };
        var provider = new ConsoleLoggerProvider(new FixedOptions(options), [new LineFormatter()]);
        var filter = new LoggerFilterOptions { MinLevel = Enum.Parse<LogLevel>(config.Get(BrokerKeys.LogLevel)) };
        return new LoggerFactory([provider], filter);
    }

    private sealed class FixedOptions(ConsoleLoggerOptions options) : IOptionsMonitor<ConsoleLoggerOptions>
    {
        public ConsoleLoggerOptions CurrentValue => options;

        public ConsoleLoggerOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<ConsoleLoggerOptions, string?> listener) => null;
    }
}
