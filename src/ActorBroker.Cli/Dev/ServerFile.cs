namespace ActorBroker.Cli.Dev;

/// <summary>Finds the server's program: this tool is a client, and knows nothing else of it.</summary>
internal static class ServerFile
{
    private const string Published = "actorbroker-server";
    private const string Built = "ActorBroker.Server.dll";

    /// <summary>The command that starts it.</summary>
    /// <exception cref="UsageException">It is not there; the message says what to do.</exception>
    public static IReadOnlyList<string> Find(string? given)
    {
        if (given is not null)
        {
            return File.Exists(given)
                ? CommandOf(Path.GetFullPath(given))
                : throw new UsageException($"--server {given}: there is no such file.");
        }

        return Places().FirstOrDefault(File.Exists) is { } found
            ? CommandOf(found)
            : throw new UsageException(
                $"The server's program is not beside this tool, nor is {Published} on the PATH: name it by --server.");
    }

    private static string[] CommandOf(string file) =>
        file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? ["dotnet", file] : [file];

    private static IEnumerable<string> Places()
    {
        var here = AppContext.BaseDirectory;
        var published = OperatingSystem.IsWindows() ? Published + ".exe" : Published;
        yield return Path.Combine(here, published);
        yield return Path.Combine(here, Built);

        // In the repository: <root>/src/ActorBroker.Cli/bin/<configuration>/<framework>/, and the same of the server.
        var output = new DirectoryInfo(here);
        if (output.Parent is { Parent.Parent.Parent: { } source } configuration)
        {
            yield return Path.Combine(
                source.FullName, "ActorBroker.Server", "bin", configuration.Name, output.Name, Built);
        }

        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            if (folder.Length > 0)
            {
                yield return Path.Combine(folder, published);
            }
        }
    }
}
