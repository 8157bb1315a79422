using ActorBroker.Storage.Simulation;

namespace ActorBroker.Storage.Tests;

/// <summary>What the real disk and the one in memory promise alike.</summary>
public sealed class FileSystemTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorbroker-files-").FullName;

    public static TheoryData<IFileSystem> Disks => [PhysicalFileSystem.Instance, new MemoryFileSystem()];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Disks))]
    public void Of_many_that_move_to_one_name_one_succeeds(IFileSystem disk)
    {
        disk.CreateDirectory(_folder);
        var target = Path.Combine(_folder, "target");
        for (var round = 0; round < 20; round++)
        {
            disk.DeleteFile(target);
            var moved = new bool[8];
            Parallel.For(0, moved.Length, index =>
            {
                var from = Write(disk, $"from-{index}", (byte)index);
                moved[index] = disk.TryMoveFile(from, target);
            });

            using var file = disk.OpenRead(target);
            var winner = new byte[1];
            file.Read(winner, 0);
            Assert.Equal([winner[0]], moved.Index().Where(move => move.Item).Select(move => (byte)move.Index));
            Assert.False(disk.FileExists(Path.Combine(_folder, $"from-{winner[0]}")));
        }
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void A_lock_is_seen_without_being_taken(IFileSystem disk)
    {
        disk.CreateDirectory(_folder);
        var path = Path.Combine(_folder, "lock");
        Assert.False(disk.IsLocked(path));
        using (var taken = disk.TryLock(path))
        {
            Assert.NotNull(taken);
            Assert.True(disk.IsLocked(path));
            Assert.Null(disk.TryLock(path));
        }

        Assert.False(disk.IsLocked(path));
        using var again = disk.TryLock(path);
        Assert.NotNull(again);
    }

    [Fact]
    public void A_move_of_a_file_that_is_gone_says_so() => Assert.Throws<FileNotFoundException>(() =>
        PhysicalFileSystem.Instance.TryMoveFile(Path.Combine(_folder, "gone"), Path.Combine(_folder, "target")));

    private string Write(IFileSystem disk, string name, byte content)
    {
        var path = Path.Combine(_folder, name);
        using var file = disk.OpenOrCreate(path);
        file.Write([content], 0);
        return path;
    }
}
