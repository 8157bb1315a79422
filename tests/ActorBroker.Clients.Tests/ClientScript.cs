using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorBroker.TestSupport;

namespace ActorBroker.Clients.Tests;

/// <summary>
/// Runs a client's script: steps go in as JSON, an answer to each comes out. A client that this machine lacks skips its
/// test with the reason; in CI it fails it.
/// </summary>
internal static class ClientScript
{
    // The scripts end themselves earlier; this is for one that cannot.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly string Folder = Path.Combine(RepositoryPaths.Root, "tests", "clients");
    private static readonly ConcurrentDictionary<string, Lazy<Task<Availability>>> Known = new();

    private static bool IsCi => Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>
    /// The codecs that the client has; skips (or in CI fails) the test where it lacks the client or a codec.
    /// </summary>
    public static async Task<IReadOnlyList<string>> RequireAsync(RealClient client)
    {
        var availability = await FindAsync(client);
        if (availability.Compressions is { } compressions && (!IsCi || compressions.Count == Codecs.All.Count))
        {
            return compressions;
        }

        var missing = availability.Compressions is null
            ? $"{client} is not installed ({client.Install}): {availability.Reason}"
            : $"{client} has only the codecs {string.Join(", ", availability.Compressions)}: install the others.";
        if (IsCi)
        {
            Assert.Fail(missing);
        }

        Assert.Skip(missing);
        throw new UnreachableException();
    }

    /// <summary>The codecs that the client has; null where this machine lacks it.</summary>
    public static async Task<IReadOnlyList<string>?> TryFindAsync(RealClient client) =>
        (await FindAsync(client)).Compressions;

    /// <summary>Runs one step.</summary>
    public static async Task<JsonNode> RunAsync(RealClient client, string bootstrap, JsonObject step) =>
        (await RunAsync(client, bootstrap, [step]))[0]!;

    /// <summary>Runs steps one after the other, in one process.</summary>
    public static async Task<JsonArray> RunAsync(
        RealClient client, string bootstrap, JsonArray steps, Action<string>? remark = null)
    {
        using var process = Launch(client.Script);
        try
        {
            var request = new JsonObject { ["bootstrap"] = bootstrap, ["steps"] = steps };
            var errors = ReadErrorsAsync(process, remark);
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.StandardInput.WriteAsync(request.ToJsonString());
            process.StandardInput.Close();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken)
                .WaitAsync(Patience, TestContext.Current.CancellationToken);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{client} ended with {process.ExitCode}:\n{await errors}");
            }

            return JsonNode.Parse(await output)!.AsArray();
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Starts a script, all of whose streams are redirected.</summary>
    public static Process Launch(string script)
    {
        // Debian's Python clients belong to Debian's own interpreter, which need not be the first one on PATH.
        var isNode = script.EndsWith(".js", StringComparison.Ordinal);
        var interpreter = isNode ? Path.Combine(Folder, "node_modules", ".bin", "node") : "/usr/bin/python3";
        var start = new ProcessStartInfo(interpreter, [Path.Combine(Folder, script)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        return Process.Start(start)!;
    }

    private static async Task<string> ReadErrorsAsync(Process process, Action<string>? remark)
    {
        var all = new List<string>();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            all.Add(line);
            remark?.Invoke(line);
        }

        return string.Join('\n', all);
    }

    private static Task<Availability> FindAsync(RealClient client) =>
        Known.GetOrAdd(client.Name, _ => new(() => AskAsync(client))).Value;

    private static async Task<Availability> AskAsync(RealClient client)
    {
        try
        {
            var answer = await RunAsync(client, "unused:1", new JsonObject { ["action"] = "supports" });
            return new Availability(answer["compressions"].Deserialize<string[]>(), "");
        }
        catch (Exception exception) when (exception
            is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return new Availability(null, exception.Message);
        }
    }

    private sealed record Availability(IReadOnlyList<string>? Compressions, string Reason);
}
