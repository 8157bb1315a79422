using System.Diagnostics;
using ActorBroker.TestSupport;

namespace ActorBroker.Broker.Tests.Cluster.Local;

/// <summary>A process that counts in a catalogue or holds a lease; disposing kills it.</summary>
internal sealed class LocalProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ProcessOutput _output = new();

    public LocalProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "ActorBroker.LocalBroker.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += _output.Add;
        _process.BeginOutputReadLine();
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>The lines that it wrote in full.</summary>
    public string[] Lines => _output.Text.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Waits for a line.</summary>
    public Task SaysAsync(Func<string, bool> line) =>
        _output.WaitForLineAsync(line).WaitAsync(TestContext.Current.CancellationToken);

    /// <summary>Lets it end by itself; its exit code.</summary>
    public async Task<int> EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _output.Ended;
        return _process.ExitCode;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _output.Ended;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}
