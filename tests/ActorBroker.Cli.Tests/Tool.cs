using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ActorBroker.TestSupport;

[assembly: AssemblyFixture(typeof(ActorBroker.Cli.Tests.Tool))]

namespace ActorBroker.Cli.Tests;

/// <summary>The <c>actorbroker</c> tool as a user runs it, and one real server process that it talks to.</summary>
public sealed class Tool : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private ServerProcess? _server;

    public string Bootstrap => _server!.BootstrapServers;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await ServerProcess.StartAsync(null, Cancel);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>Runs it to its end, which must have this code.</summary>
    public Task<ToolResult> RunAsync(int expectedCode, params string[] arguments) =>
        RunAsync(expectedCode, input: "", arguments);

    /// <summary>Runs it with something on standard input.</summary>
    public async Task<ToolResult> RunAsync(int expectedCode, string input, string[] arguments)
    {
        using var process = Start(arguments);
        try
        {
            var output = ReadAllAsync(process.StandardOutput.BaseStream);
            var errors = process.StandardError.ReadToEndAsync(Cancel);
            await WriteAllAsync(process, input);
            await process.WaitForExitAsync(Cancel).WaitAsync(Patience, Cancel);
            var result = new ToolResult(await output, await errors);
            Assert.True(
                process.ExitCode == expectedCode,
                $"'{string.Join(' ', arguments)}' ended with {process.ExitCode}:\n{result.Output}\n{result.Errors}");
            return result;
        }
        finally
        {
            Kill(process);
        }
    }

    /// <summary>Starts it; the caller ends it.</summary>
    public Process Start(string[] arguments, params (string Name, string Value)[] variables)
    {
        var tool = Path.Combine(AppContext.BaseDirectory, "actorbroker.dll");
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [tool, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment.Remove("ACTORBROKER_CONFIG");
        start.Environment["ACTORBROKER_BOOTSTRAP"] = Bootstrap;
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Waits for it to end by itself, and tells the code.</summary>
    public static async Task<int> EndOfAsync(Process process)
    {
        await process.WaitForExitAsync(Cancel).WaitAsync(Patience, Cancel);
        return process.ExitCode;
    }

    public static void Kill(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    /// <summary>A new topic.</summary>
    public async Task<string> CreateAsync(int partitions, params string[] more)
    {
        var topic = $"tool-{Guid.NewGuid():N}";
        await RunAsync(0, ["topics", "create", topic, "--partitions", $"{partitions}", .. more]);
        return topic;
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }

    private static async Task WriteAllAsync(Process process, string input)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(input), Cancel);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The tool has ended without reading its input; its exit code tells whether it should have.
        }
    }
}

/// <summary>What a run printed.</summary>
/// <param name="Bytes">Standard output.</param>
/// <param name="Errors">Standard error.</param>
public sealed record ToolResult(byte[] Bytes, string Errors)
{
    public string Output => Encoding.UTF8.GetString(Bytes);

    /// <summary>The output as lines.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Each line of the output as JSON.</summary>
    public List<JsonElement> Json => [.. Lines.Select(line => JsonDocument.Parse(line).RootElement)];
}
