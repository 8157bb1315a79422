using ActorBroker.Storage.Simulation;

namespace ActorBroker.Storage.Tests.Support;

/// <summary>A file system and a folder on it that is gone after the test.</summary>
public sealed class TestDisk : IDisposable
{
    private TestDisk(IFileSystem files, string root)
    {
        Files = files;
        Root = root;
        files.CreateDirectory(root);
    }

    public IFileSystem Files { get; }

    public string Root { get; }

    public static TestDisk Physical() => new(
        PhysicalFileSystem.Instance,
        Path.Combine(Path.GetTempPath(), "actorbroker-storage-" + Guid.NewGuid().ToString("N")));

    public static TestDisk Memory(TimeProvider? time = null) =>
        new(new MemoryFileSystem { Time = time ?? TimeProvider.System }, "/data");

    public string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    public byte[] ReadAllBytes(string path)
    {
        using var file = Files.OpenRead(path);
        var bytes = new byte[file.Length];
        Assert.Equal(bytes.Length, file.Read(bytes, 0));
        return bytes;
    }

    public void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = Files.OpenOrCreate(path);
        file.SetLength(0);
        file.Write(bytes, 0);
    }

    public void Dispose() => Files.DeleteDirectory(Root);
}
