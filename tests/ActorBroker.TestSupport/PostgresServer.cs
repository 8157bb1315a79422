using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ActorBroker.TestSupport;

/// <summary>
/// A PostgreSQL of a test's own, in a temporary folder, with the tables of Orleans. Orleans' scripts are in none of its
/// packages, nor here: the variable ORLEANS_SQL names the folder that has them (src/AdoNet in its sources).
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string IntoTheLog = "exec \"$@\" >>\"$POSTGRES_LOG\" 2>&1";

    private static readonly string[] Scripts =
    [
        "Shared/PostgreSQL-Main.sql",
        "Orleans.Clustering.AdoNet/PostgreSQL-Clustering.sql",
        "Orleans.Clustering.AdoNet/Migrations/PostgreSQL-Clustering-3.7.0.sql",
        "Orleans.Persistence.AdoNet/PostgreSQL-Persistence.sql",
    ];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("actorbroker-postgres-").FullName;
    private readonly ReservedPort _port = ReservedPort.Take();
    private Process? _process;

    private PostgresServer()
    {
    }

    /// <summary>What this machine lacks, and what to do about it; null: nothing.</summary>
    public static string? Missing
    {
        get
        {
            if (Programs is null)
            {
                return "there is no PostgreSQL here (apt-get install postgresql)";
            }

            if (ScriptFolder is not { Length: > 0 } folder)
            {
                return "ORLEANS_SQL does not name the folder of Orleans' SQL scripts (src/AdoNet in its sources)";
            }

            return Array.Find(Scripts, script => !File.Exists(Path.Combine(folder, script))) is { } absent
                ? $"{absent} is not in {folder}, which ORLEANS_SQL names"
                : null;
        }
    }

    /// <summary>For ADO.NET.</summary>
    public string ConnectionString => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port.Port};Username=postgres;Database=postgres");

    private static string? ScriptFolder => Environment.GetEnvironmentVariable("ORLEANS_SQL");

    /// <summary>The newest one's.</summary>
    private static string? Programs => Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql")
            .Select(static version => Path.Combine(version, "bin"))
            .Where(static folder => File.Exists(Path.Combine(folder, "initdb")))
            .MaxBy(static folder => int.TryParse(Path.GetFileName(Path.GetDirectoryName(folder)), out var it) ? it : 0)
        : null;

    /// <summary>PostgreSQL refuses to be root's.</summary>
    private static string[] AsItsUser => Environment.IsPrivilegedProcess
        ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
        : [];

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Makes one, with the tables.</summary>
    public static async Task<PostgresServer> StartAsync(CancellationToken cancel)
    {
        var server = new PostgresServer();
        try
        {
            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync(["chown", "postgres:postgres", server._folder], "/", cancel);
            }

            await server.RunAsync("initdb", ["-D", server.Data, "-A", "trust", "-U", "postgres", "--no-sync"], cancel);
            await server.GoOnAsync(cancel);
            foreach (var script in Scripts)
            {
                await server.AskAsync(["-v", "ON_ERROR_STOP=1", "-f", Path.Combine(ScriptFolder!, script)], cancel);
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>It stands still: whoever asks it anything waits.</summary>
    public void Pause() => Signal(UnixSignals.Pause);

    /// <summary>It goes on where it stood still.</summary>
    public void Resume() => Signal(UnixSignals.Resume);

    /// <summary>It is killed: whoever asks it anything is refused.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    /// <summary>Starts it on what it had, unless it runs, and waits until it answers.</summary>
    public async Task GoOnAsync(CancellationToken cancel)
    {
        if (_process is not null)
        {
            return;
        }

        string[] settings =
        [
            "-p", $"{_port.Port}", "-k", _folder, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=400",
        ];
        var start = new ProcessStartInfo(
            "/bin/sh",
            ["-c", IntoTheLog, "postgres", .. AsItsUser, Path.Combine(Programs!, "postgres"), "-D", Data, .. settings])
        {
            WorkingDirectory = _folder,
        };
        start.Environment["POSTGRES_LOG"] = Path.Combine(_folder, "log");
        _process = Process.Start(start)!;
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                await AskAsync(["-c", "select 1"], cancel);
                return;
            }
            catch (InvalidOperationException) when (
                !_process.HasExited && Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(100, cancel);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _port.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task AskAsync(string[] arguments, CancellationToken cancel) => RunAsync(
        "psql", ["-q", "-h", "127.0.0.1", "-p", $"{_port.Port}", "-U", "postgres", .. arguments], cancel);

    private Task RunAsync(string program, string[] arguments, CancellationToken cancel) => RunAsync(
        [.. program == "psql" ? [] : AsItsUser, Path.Combine(Programs!, program), .. arguments], _folder, cancel);

    private static async Task RunAsync(string[] command, string folder, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = await process.StandardError.ReadToEndAsync(cancel);
        await said;
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {errors}");
        }
    }

    /// <summary>The one that makes the others first, so that no more come.</summary>
    private void Signal(Action<int> send)
    {
        if (_process is not { HasExited: false } process)
        {
            return;
        }

        send(process.Id);
        foreach (var child in File.ReadAllText($"/proc/{process.Id}/task/{process.Id}/children").Split(
            ' ', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                send(int.Parse(child, CultureInfo.InvariantCulture));
            }
            catch (Win32Exception)
            {
                // It has just ended.
            }
        }
    }
}
