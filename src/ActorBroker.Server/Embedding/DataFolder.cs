namespace ActorBroker.Server;

/// <summary>The folder of an embedded broker; a temporary one goes when it is disposed.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly bool _isTemporary;

    private DataFolder(string path, bool isTemporary)
    {
        Path = path;
        _isTemporary = isTemporary;
    }

    public string Path { get; }

    /// <summary>The given one, or (null) a temporary one.</summary>
    public static DataFolder Open(string? path)
    {
        try
        {
            return path is not null ? Given(path) : Temporary();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BrokerStartException($"there is no temporary folder for the data: {fault.Message}", fault);
        }
    }

    private static DataFolder Given(string path) => new(System.IO.Path.GetFullPath(path), isTemporary: false);

    private static DataFolder Temporary() =>
        new(Directory.CreateTempSubdirectory("actorbroker-").FullName, isTemporary: true);

    public void Dispose()
    {
        if (_isTemporary && Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
