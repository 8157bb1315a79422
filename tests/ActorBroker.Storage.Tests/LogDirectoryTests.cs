using System.Text;
using ActorBroker.Records;
using ActorBroker.Storage.Simulation;
using ActorBroker.Storage.Tests.Support;

namespace ActorBroker.Storage.Tests;

/// <summary>A data folder: one owner, one identity, checkpoints in Kafka's text.</summary>
public sealed class LogDirectoryTests : IDisposable
{
    private readonly TestDisk _memory = TestDisk.Memory();
    private readonly TestDisk _physical = TestDisk.Physical();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_second_of_two_owners_is_refused_and_may_follow_the_first(bool physical)
    {
        var disk = physical ? _physical : _memory;
        using (Open(disk))
        {
            var error = Assert.Throws<DirectoryLockedException>(() => Open(disk));
            Assert.Contains(disk.PathOf("d"), error.Message);
            Assert.DoesNotContain('\n', error.Message);
        }

        Open(disk).Dispose();
    }

    [Fact]
    public void Identity_is_kept_and_another_cluster_or_broker_is_refused()
    {
        Guid id;
        using (var first = Open(_memory, clusterId: "abc"))
        {
            id = first.DirectoryId;
        }

        using (var again = Open(_memory, clusterId: null))
        {
            Assert.Equal(("abc", id), (again.ClusterId, again.DirectoryId));
        }

        Assert.Contains("cluster abc", Assert.Throws<LogDirectoryException>(() => Open(_memory, "xyz")).Message);
        Assert.Contains("broker 1", Assert.Throws<LogDirectoryException>(() => Open(_memory, "abc", 2)).Message);
        Open(_memory, "abc").Dispose();
    }

    [Fact]
    public void A_clean_stop_is_reported_once()
    {
        using (var first = Open(_memory))
        {
            Assert.False(first.WasCleanShutdown);
            first.MarkCleanShutdown(7);
        }

        using (var second = Open(_memory))
        {
            Assert.True(second.WasCleanShutdown);
            Assert.Equal(7, second.CleanShutdownEpoch);
        }

        using var third = Open(_memory);
        Assert.False(third.WasCleanShutdown);
        Assert.Null(third.CleanShutdownEpoch);
    }

    [Fact]
    public void A_folder_that_was_opened_for_nothing_is_as_clean_as_before()
    {
        using (var first = Open(_memory))
        {
            first.MarkCleanShutdown(7);
        }

        using (var second = Open(_memory))
        {
            second.PutMarkerBack();
        }

        using (var third = Open(_memory))
        {
            Assert.Equal(7, third.CleanShutdownEpoch);
        }

        using (var fourth = Open(_memory))
        {
            fourth.PutMarkerBack();
        }

        using var fifth = Open(_memory);
        Assert.False(fifth.WasCleanShutdown);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"version":0,"brokerEpoch":"7"}""")]
    [InlineData("""{"version":0,"brokerEpoch":7.5}""")]
    [InlineData("""{"version":0,"brokerEpoch":-1}""")]
    public void A_marker_that_names_no_life_says_only_that_the_logs_are_whole(string marker)
    {
        Open(_memory).Dispose();
        using (var file = _memory.Files.OpenOrCreate(_memory.PathOf("d/.kafka_cleanshutdown")))
        {
            file.Write(Encoding.UTF8.GetBytes(marker), 0);
        }

        using var directory = Open(_memory);

        Assert.True(directory.WasCleanShutdown);
        Assert.Equal(-1, directory.CleanShutdownEpoch);
    }

    [Fact]
    public void Checkpoints_are_kafkas_text_survive_power_loss_and_ignore_damage()
    {
        var offsets = new Dictionary<TopicPartition, long>
        {
            [new("b", 1)] = 7,
            [new("a", 10)] = 5,
            [new("a", 2)] = 1L << 40,
        };
        using (var directory = Open(_memory))
        {
            directory.WriteRecoveryPoints(offsets);
            directory.WriteHighWatermarks(offsets);
            directory.WriteLogStartOffsets(offsets);
            directory.WriteCleanerOffsets(offsets);
        }

        ((MemoryFileSystem)_memory.Files).Crash();
        var path = _memory.PathOf("d", "recovery-point-offset-checkpoint");
        Assert.Equal("0\n3\na 2 1099511627776\na 10 5\nb 1 7\n", Encoding.UTF8.GetString(_memory.ReadAllBytes(path)));
        _memory.WriteAllBytes(_memory.PathOf("d", "cleaner-offset-checkpoint"), "0\n3\na 2 1\n"u8);
        using var reopened = Open(_memory);
        Assert.Equal(offsets, reopened.RecoveryPoints);
        Assert.Equal(offsets, reopened.HighWatermarks);
        Assert.Equal(offsets, reopened.LogStartOffsets);
        Assert.Empty(reopened.CleanerOffsets);
    }

    [Fact]
    public void A_checkpoint_that_is_cut_at_any_byte_says_nothing()
    {
        var offsets = new Dictionary<TopicPartition, long> { [new("a", 2)] = 17, [new("b", 1)] = 314 };
        using (var directory = Open(_memory))
        {
            directory.WriteRecoveryPoints(offsets);
        }

        var path = _memory.PathOf("d", "recovery-point-offset-checkpoint");
        var whole = _memory.ReadAllBytes(path);
        for (var length = 0; length < whole.Length; length++)
        {
            _memory.WriteAllBytes(path, whole.AsSpan(0, length));
            using var cut = Open(_memory);
            Assert.Empty(cut.RecoveryPoints);
        }
    }

    [Fact]
    public void Partitions_are_listed_by_name_strays_left_alone_and_leftovers_removed()
    {
        string[] folders = ["orders-0", "my-topic-12", "a.b_c-3", "notes", "x-01", "t-1.0123-delete"];
        foreach (var folder in folders)
        {
            _memory.Files.CreateDirectory(_memory.PathOf("d", folder));
        }

        using var directory = Open(_memory);
        Assert.Equal(
            [new("a.b_c", 3), new("my-topic", 12), new("orders", 0)],
            directory.ListPartitions().Select(folder => folder.Partition).OrderBy(p => p.Topic));
        Assert.False(_memory.Files.DirectoryExists(_memory.PathOf("d", "t-1.0123-delete")));
        Assert.True(_memory.Files.DirectoryExists(_memory.PathOf("d", "notes")));
    }

    [Fact]
    public void The_topic_id_is_kept_with_the_partition_and_another_is_refused()
    {
        var id = Guid.NewGuid();
        using var directory = Open(_memory);
        var folder = directory.PathOf(new TopicPartition("orders", 0));
        Assert.Equal(id, OpenLog(folder, id).TopicId);
        Assert.Equal(id, OpenLog(folder, Guid.Empty).TopicId);
        Assert.Equal(id, Assert.Single(directory.ListPartitions()).TopicId);
        Assert.Throws<LogDirectoryException>(() => OpenLog(folder, Guid.NewGuid()));
    }

    [Fact]
    public void A_removed_folder_does_not_come_back_after_a_loss_of_power()
    {
        var (name, id) = (new TopicPartition("orders", 0), Guid.NewGuid());
        using (var directory = Open(_memory))
        {
            OpenLog(directory.PathOf(name), id);
            _memory.Files.SyncDirectory(directory.PathOf(name));
            _memory.Files.SyncDirectory(directory.Path);

            directory.RemovePartition(name, id);
            Assert.Empty(directory.ListPartitions());
            directory.RemovePartition(name, id);
        }

        ((MemoryFileSystem)_memory.Files).Crash();

        using var again = Open(_memory);
        Assert.Empty(again.ListPartitions());
    }

    [Fact]
    public void A_folder_that_cant_be_written_says_what_to_do_in_one_line()
    {
        ((MemoryFileSystem)_memory.Files).IsReadOnly = true;
        var error = Assert.Throws<LogDirectoryException>(() => Open(_memory));
        ((MemoryFileSystem)_memory.Files).IsReadOnly = false;
        Assert.Contains("make it writable", error.Message);
        Assert.DoesNotContain('\n', error.Message);

        _physical.WriteAllBytes(_physical.PathOf("d"), [1]);
        Assert.Throws<LogDirectoryException>(() => Open(_physical));
    }

    public void Dispose()
    {
        _memory.Dispose();
        _physical.Dispose();
    }

    private static LogDirectory Open(TestDisk disk, string? clusterId = "abc", int brokerId = 1) =>
        LogDirectory.Open(disk.PathOf("d"), disk.Files, clusterId, brokerId);

    private PartitionLog OpenLog(string folder, Guid topicId)
    {
        var log = PartitionLog.Open(new PartitionLogOptions
        {
            Directory = folder,
            FileSystem = _memory.Files,
            Config = Core.Configuration.LogConfig.Default,
            Producers = new ProducerRecorder(),
            Time = new ManualTime(),
            TopicId = topicId,
        });
        log.Dispose();
        return log;
    }
}
