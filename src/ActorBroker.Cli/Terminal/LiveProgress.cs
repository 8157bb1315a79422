using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorBroker.Cli.Terminal;

/// <summary>
/// Shows on standard error how far a transfer is, while it runs: only where that is a terminal, so that logs are not
/// flooded, and where the records themselves do not go to it too.
/// </summary>
internal static class LiveProgress
{
    private const int BarWidth = 24;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs the work, with its meter shown; what the work throws comes out.</summary>
    public static async Task RunAsync(TransferMeter meter, bool isShown, Func<Task> work)
    {
        if (!isShown || Console.IsErrorRedirected)
        {
            await work().ConfigureAwait(false);
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await console.Progress()
            .AutoClear(true)
            .AutoRefresh(false)
            .Columns(new SpinnerColumn(), new ProgressBarColumn { Width = BarWidth }, new MeterColumn(meter))
            .StartAsync(context => ShowAsync(context, meter, work())).ConfigureAwait(false);
    }

    private static async Task ShowAsync(ProgressContext context, TransferMeter meter, Task working)
    {
        var task = context.AddTask("transfer", maxValue: 1);
        while (!working.IsCompleted)
        {
            task.IsIndeterminate = meter.Fraction is null;
            task.Value = Math.Min(meter.Fraction ?? 0, 1);
            context.Refresh();
            await Task.WhenAny(working, Task.Delay(Between)).ConfigureAwait(false);
        }

        await working.ConfigureAwait(false);
    }

    private sealed class MeterColumn(TransferMeter meter) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(meter.DescribeShortly());
    }
}
