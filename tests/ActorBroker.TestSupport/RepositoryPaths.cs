namespace ActorBroker.TestSupport;

/// <summary>Finds what the repository builds, from where the tests run.</summary>
public static class RepositoryPaths
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// How the server is run: the published file that the variable SERVER_UNDER_TEST names (seen from the
    /// repository's root), or what was built in the same configuration as the tests.
    /// </summary>
    public static IReadOnlyList<string> ServerCommand =>
        Environment.GetEnvironmentVariable("SERVER_UNDER_TEST") is { Length: > 0 } published
            ? [Existing(Path.GetFullPath(published, Root))]
            : [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Existing(BuiltServer)];

    private static string BuiltServer
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(
                Root, "src", "ActorBroker.Server", "bin", output.Parent!.Name, output.Name, "ActorBroker.Server.dll");
        }
    }

    private static string Existing(string path) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"The server is not built: {path}");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ActorBroker.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("There is no ActorBroker.sln above the tests.");
    }
}
