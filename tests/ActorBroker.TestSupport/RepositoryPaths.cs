namespace ActorBroker.TestSupport;

/// <summary>Finds what the repository builds, from where the tests run.</summary>
public static class RepositoryPaths
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The server, built in the same configuration as the tests.</summary>
    public static string ServerDll
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            var path = Path.Combine(
                Root, "src", "ActorBroker.Server", "bin", output.Parent!.Name, output.Name, "ActorBroker.Server.dll");
            return File.Exists(path)
                ? path
                : throw new FileNotFoundException($"The server is not built: {path}");
        }
    }

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
