using ActorBroker.Core.Configuration;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Server;

/// <summary>
/// The composition root: settings, then the broker, then the gateway; and the other way round at the end. Every
/// failure is one line on stderr that says what to do, and an exit code.
/// </summary>
internal sealed partial class ServerProgram
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);

    private readonly BrokerConfig _config;
    private readonly TextWriter _output;
    private readonly TextWriter _errors;

    private ServerProgram(BrokerConfig config, TextWriter output, TextWriter errors)
    {
        _config = config;
        _output = output;
        _errors = errors;
    }

    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        try
        {
            var commandLine = CommandLine.Parse(arguments);
            if (commandLine.Help || commandLine.Version)
            {
                await output.WriteLineAsync(commandLine.Help ? HelpText.Text : Banner.Version).ConfigureAwait(false);
                return ExitCodes.Stopped;
            }

            if (commandLine.DevBrokers is { } brokers)
            {
                return await DevProgram.RunAsync(commandLine, brokers, output, errors).ConfigureAwait(false);
            }

            var config = SettingsSources.Load(commandLine);
            return await new ServerProgram(config, output, errors).RunAsync().ConfigureAwait(false);
        }
        catch (ConfigurationException fault)
        {
            await errors.WriteLineAsync($"actorbroker: {fault.Message}").ConfigureAwait(false);
            return ExitCodes.Configuration;
        }
    }

    private async Task<int> RunAsync()
    {
        using var signals = new StopSignals();
        using var loggers = ConsoleLoggers.Create(_config);
        var logger = loggers.CreateLogger("Server");
        RunningBroker broker;
        try
        {
            broker = await RunningBroker.StartAsync(_config, loggers, signals.Stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            await _output.WriteLineAsync("Stopped before it was up.").ConfigureAwait(false);
            return ExitCodes.Stopped;
        }
        catch (Exception fault) when (fault is not ConfigurationException)
        {
            return await FailAsync(logger, fault).ConfigureAwait(false);
        }

        await using (broker.ConfigureAwait(false))
        {
            await _output.WriteLineAsync(broker.Banner.Render()).ConfigureAwait(false);
            await Task.WhenAny(signals.WaitAsync(), broker.Displaced).ConfigureAwait(false);
            if (broker.Displaced.IsCompleted && !signals.Stop.IsCancellationRequested)
            {
                return await EndAsync(broker).ConfigureAwait(false);
            }

            LogStopping(logger, signals.Reason);
            return await StopAsync(broker).ConfigureAwait(false);
        }
    }

    /// <summary>Whoever restarts processes that fail restarts this one, which is right: it joins anew.</summary>
    private async Task<int> EndAsync(RunningBroker broker)
    {
        await StopAsync(broker).ConfigureAwait(false);
        var reason = await broker.Displaced.ConfigureAwait(false);
        await _errors.WriteLineAsync($"actorbroker: {reason}").ConfigureAwait(false);
        return ExitCodes.Failed;
    }

    private async Task<int> FailAsync(ILogger logger, Exception fault)
    {
        var line = StartFailure.Explain(fault, _config);
        if (line is null)
        {
            LogUnforeseen(logger, fault);
            line = $"{fault.GetType().Name}: {fault.Message} The log above has the details; please report it.";
        }

        await _errors.WriteLineAsync($"actorbroker: {line.ReplaceLineEndings(" ")}").ConfigureAwait(false);
        return ExitCodes.Failed;
    }

    private async Task<int> StopAsync(RunningBroker broker)
    {
        using var late = new CancellationTokenSource(StopTime);
        try
        {
            await broker.StopAsync(late.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            await _errors.WriteLineAsync(
                $"actorbroker: the stop was not clean ({fault.Message}); the next start recovers the logs")
                .ConfigureAwait(false);
            return ExitCodes.Failed;
        }

        await _output.WriteLineAsync("Stopped: all logs are closed.").ConfigureAwait(false);
        return ExitCodes.Stopped;
    }
}
