using System.Diagnostics;
using ActorBroker.TestSupport;

namespace ActorBroker.Clients.Tests;

/// <summary>Three brokers that others wrote: librdkafka's mock cluster in a process of its own.</summary>
internal sealed class MockCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private MockCluster(Process process, string bootstrap)
    {
        _process = process;
        Bootstrap = bootstrap;
    }

    public string Bootstrap { get; }

    /// <summary>Starts it; skips (or in CI fails) the test where the machine lacks confluent-kafka.</summary>
    public static async Task<MockCluster> StartAsync(CancellationToken cancel)
    {
        await ClientScript.RequireAsync(RealClient.Named(RealClient.Confluent));
        var script = Path.Combine(RepositoryPaths.Root, "tests", "clients", "mock_cluster.py");
        var start = new ProcessStartInfo("/usr/bin/python3", [script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        var process = Process.Start(start)!;
        var bootstrap = await process.StandardOutput.ReadLineAsync(cancel).AsTask().WaitAsync(Patience, cancel);
        return new MockCluster(process, bootstrap ?? throw new InvalidOperationException("The mock has ended."));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        try
        {
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
