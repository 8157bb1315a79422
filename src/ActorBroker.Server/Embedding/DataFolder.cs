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

    public static DataFolder Given(string path) => new(System.IO.Path.GetFullPath(path), isTemporary: false);

    public static DataFolder Temporary() =>
        new(Directory.CreateTempSubdirectory("actorbroker-").FullName, isTemporary: true);

    public void Dispose()
    {
        if (_isTemporary && Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
