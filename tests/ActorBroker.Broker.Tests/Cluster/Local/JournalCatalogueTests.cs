using System.Globalization;
using System.Text;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Broker.Cluster.Local;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Storage;
using ActorBroker.Storage.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Broker.Tests.Cluster.Local;

/// <summary>Several instances over one disk are several processes: nothing but the disk ties them.</summary>
public sealed class JournalCatalogueTests
{
    private const string Root = "/cluster/catalogue";
    private static readonly CatalogueKey _key = new("topics", "events");
    private static readonly CatalogueKey _other = new("topics", "other");
    private readonly MemoryFileSystem _disk = new();

    [Fact]
    public void Where_the_next_generation_could_not_be_followed_nobody_goes_on_in_the_old_one()
    {
        using var writer = Open(entriesPerGeneration: 2);
        using var reader = Open(entriesPerGeneration: 2);
        Assert.True(writer.TryWrite(_key, 0, Number(1)));

        // Its second entry, the snapshot of the next generation and the entry that names that one; then it is full.
        _disk.FailWrite(skip: 3);
        Assert.True(writer.TryWrite(_key, 1, Number(2)));
        _disk.FailWrite();
        Assert.Throws<IOException>(reader.Poll);

        Assert.True(reader.TryWrite(_other, 0, Number(3)));

        using var late = Open();
        Assert.Equal((1, 3), Read(late, _other));
        writer.Poll();
        Assert.Equal((1, 3), Read(writer, _other));
    }

    [Fact]
    public void What_one_process_writes_the_others_read()
    {
        using var first = Open();
        using var second = Open();

        Assert.True(first.TryWrite(_key, 0, Number(1)));
        Assert.Null(second.Read(_key));
        second.Poll();

        Assert.Equal((1, 1), Read(second));
        Assert.True(second.TryDelete(_key, 1));
        first.Poll();
        Assert.Null(first.Read(_key));
        Assert.Empty(first.List("topics"));
    }

    [Fact]
    public void A_write_judges_by_what_others_wrote_even_if_it_was_not_polled()
    {
        using var first = Open();
        using var second = Open();
        first.TryWrite(_key, 0, Number(1));

        Assert.False(second.TryWrite(_key, 0, Number(2)));
        Assert.Equal((1, 1), Read(second));
        Assert.True(second.TryWrite(_key, 1, Number(2)));
        Assert.False(first.TryWrite(_key, 1, Number(3)));
        Assert.Equal((2, 2), Read(first));
    }

    [Fact]
    public void A_batch_takes_what_it_can_with_one_flush_of_its_entry()
    {
        using var catalogue = Open();
        catalogue.TryWrite(_key, 0, Number(1));
        var syncs = _disk.Syncs;

        var taken = catalogue.TryWrite(
        [
            new CatalogueWrite(_other, 0, Number(2)),
            new CatalogueWrite(_key, 7, Number(3)),
            new CatalogueWrite(_other, 1, Number(4)),
            new CatalogueWrite(_key, 1, null),
            new CatalogueWrite(_key, 1, null),
        ]);

        Assert.Equal([true, false, true, true, false], taken);
        Assert.Equal(1, _disk.Syncs - syncs);
        _disk.Crash();
        using var after = Open();
        Assert.Equal((2, 4), Read(after, _other));
        Assert.Null(after.Read(_key));
    }

    [Fact]
    public void Each_process_hears_of_each_change_once_and_in_order()
    {
        using var first = Open();
        using var second = Open();
        var heard = (First: new List<long?>(), Second: new List<long?>());
        first.Changed += change => heard.First.Add(change.Document?.Version);
        second.Changed += change => heard.Second.Add(change.Document?.Version);

        first.TryWrite(_key, 0, Number(1));
        second.TryWrite(_key, 1, Number(2));
        first.TryWrite(_key, 9, Number(3));
        first.TryDelete(_key, 2);
        first.TryWrite(_key, 0, Number(4));
        second.Poll();

        Assert.Equal([1, 2, null, 3], heard.First);
        Assert.Equal(heard.First, heard.Second);
    }

    [Fact]
    public void A_new_generation_changes_nothing_for_followers_and_sleepers_hear_what_they_missed()
    {
        using var writer = Open(entriesPerGeneration: 3);
        using var follower = Open();
        using var sleeper = Open();
        writer.TryWrite(_other, 0, Number(0));
        sleeper.Poll();
        var heard = new List<CatalogueChange>();
        sleeper.Changed += heard.Add;
        writer.TryDelete(_other, 1);
        for (var number = 0; number < 20; number++)
        {
            Assert.True(writer.TryWrite(_key, number == 0 ? 0 : number + 1, Number(number)));
            follower.Poll();
            Assert.Equal((number + 2, number), Read(follower));
        }

        sleeper.Poll();

        // The snapshot's version, then those of the entries behind it.
        Assert.Equal(
            [(_other, null), (_key, 20L), (_key, 21L)],
            heard.Select(change => (change.Key, change.Document?.Version)));
        Assert.Equal((21, 19), Read(sleeper));
        Assert.Single(_disk.ListDirectories(Root));
        Assert.True(sleeper.TryWrite(_key, 21, Number(20)));
        Assert.False(writer.TryWrite(_key, 21, Number(21)));
    }

    [Fact]
    public void Versions_of_a_removed_document_are_not_given_again_by_a_later_generation()
    {
        using (var writer = Open(entriesPerGeneration: 2))
        {
            writer.TryWrite(_key, 0, Number(1));
            writer.TryDelete(_key, 1);
            writer.TryWrite(_other, 0, Number(2));
            writer.TryWrite(_other, 2, Number(3));
        }

        using var later = Open();
        Assert.True(later.TryWrite(_key, 0, Number(4)));
        Assert.Equal((2, 4), Read(later));
    }

    [Fact]
    public void Of_many_that_count_at_once_none_loses_a_step()
    {
        const int Processes = 4, Steps = 50;
        var catalogues = Enumerable.Range(0, Processes).Select(_ => Open(entriesPerGeneration: 7)).ToArray();
        Assert.True(catalogues[0].TryWrite(_key, 0, Number(0)));

        Parallel.ForEach(catalogues, new ParallelOptions { MaxDegreeOfParallelism = Processes }, catalogue =>
        {
            for (var done = 0; done < Steps;)
            {
                catalogue.Poll();
                var (version, number) = Read(catalogue);
                done += catalogue.TryWrite(_key, version, Number(number + 1)) ? 1 : 0;
            }
        });

        foreach (var catalogue in catalogues)
        {
            catalogue.Poll();
            Assert.Equal((1 + (Processes * Steps), Processes * Steps), Read(catalogue));
            catalogue.Dispose();
        }
    }

    [Fact]
    public void Threads_of_one_process_that_write_at_once_all_get_their_answer()
    {
        using var catalogue = Open();

        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 16 }, index =>
            Assert.True(catalogue.TryWrite(new CatalogueKey("topics", $"t{index}"), 0, Number(index))));

        Assert.Equal(64, catalogue.List("topics").Count);
        _disk.Crash();
        using var after = Open();
        Assert.Equal(64, after.List("topics").Count);
    }

    [Fact]
    public void A_loss_of_power_at_any_name_leaves_all_that_was_answered_and_nothing_half()
    {
        for (var at = 0; at < 40; at++)
        {
            var disk = new MemoryFileSystem();
            var answered = WriteUntilPowerLoss(disk, at);

            disk.NameChanged = null;
            disk.Crash();
            using var after = Open(disk);
            var last = after.Read(_key)?.Version ?? 0;
            Assert.InRange(last, answered, answered + 1);
            Assert.True(after.TryWrite(_key, last, Number(100)));
        }
    }

    [Fact]
    public void A_write_torn_at_any_byte_is_as_if_it_had_not_begun()
    {
        for (var prefix = 0; prefix < 90; prefix++)
        {
            var disk = new MemoryFileSystem();
            using var writer = Open(disk);
            using var reader = Open(disk);
            writer.TryWrite(_key, 0, Number(1));
            disk.FailWrite(prefix: prefix);

            Assert.Throws<IOException>(() => writer.TryWrite(_key, 1, Number(2)));

            reader.Poll();
            Assert.Equal((1, 1), Read(reader));
            Assert.True(reader.TryWrite(_key, 1, Number(3)));
            Assert.False(writer.TryWrite(_key, 1, Number(4)));
            Assert.DoesNotContain(
                disk.ListFiles(Root), static name => name.StartsWith("write-", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_process_killed_before_it_named_its_entry_leaves_nothing_that_counts()
    {
        using var writer = Open();
        writer.TryWrite(_key, 0, Number(1));
        _disk.WriteAllBytes($"{Root}/write-000000000-0123", new byte[17]);
        _disk.Kill();

        using var next = Open();
        Assert.Equal((1, 1), Read(next));
        Assert.True(next.TryWrite(_key, 1, Number(2)));
    }

    [Fact]
    public void A_full_disk_refuses_the_write_and_the_next_one_works()
    {
        using var catalogue = Open();
        catalogue.TryWrite(_key, 0, Number(1));
        _disk.FreeBytes = 20;

        Assert.Throws<IOException>(() => catalogue.TryWrite(_key, 1, Number(2)));

        _disk.FreeBytes = null;
        Assert.True(catalogue.TryWrite(_key, 1, Number(3)));
        Assert.Equal((2, 3), Read(catalogue));
    }

    [Fact]
    public void A_stopped_process_that_has_the_turn_keeps_nobody_from_writing()
    {
        using var catalogue = Open();
        using var stopped = _disk.TryLock($"{Root}/turn.lock");
        Assert.NotNull(stopped);

        Assert.True(catalogue.TryWrite(_key, 0, Number(1)));
    }

    [Theory]
    [InlineData("entry-000000001", 3)]
    [InlineData("entry-000000001", 40)]
    [InlineData("snapshot", 9)]
    public void A_damaged_file_is_named_with_what_to_do(string name, int position)
    {
        using var catalogue = Open();
        catalogue.TryWrite(_key, 0, Number(1));
        var path = Path.Combine(Root, _disk.ListDirectories(Root).Single(), name);
        _disk.Corrupt(path, position);

        var failure = Assert.Throws<CatalogueException>(() => Open());

        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains("from a backup", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_entry_among_others_is_named()
    {
        using var catalogue = Open();
        for (var version = 0; version < 3; version++)
        {
            catalogue.TryWrite(_key, version, Number(version));
        }

        _disk.DeleteFile(Path.Combine(Root, _disk.ListDirectories(Root).Single(), "entry-000000002"));

        var failure = Assert.Throws<CatalogueException>(() => Open());

        Assert.Contains("entry-000000002", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cut_and_every_flipped_byte_of_a_file_is_noticed()
    {
        var entry = new JournalEntry(
            7, 3, [new(_key, new CatalogueDocument(_key, 4, Number(9))), new(_other, null)], "000000001-next");
        var bytes = JournalCodec.Encode(entry);

        var read = JournalCodec.Decode(bytes, 7, out _);

        Assert.NotNull(read);
        Assert.Equal((7, 3, "000000001-next"), (read.Number, read.HighestRemoved, read.Next));
        Assert.Equal(
            [(_key, 4L), (_other, null)], read.Changes.Select(change => (change.Key, change.Document?.Version)));
        Assert.Null(JournalCodec.Decode(bytes, 8, out _));
        for (var at = 0; at < bytes.Length; at++)
        {
            Assert.Null(JournalCodec.Decode(bytes[..at], 7, out _));
            bytes[at] ^= 0x10;
            Assert.Null(JournalCodec.Decode(bytes, 7, out var problem));
            Assert.NotEmpty(problem);
            bytes[at] ^= 0x10;
        }
    }

    [Fact]
    public async Task An_opened_catalogue_follows_by_itself()
    {
        using var follower = JournalCatalogue.Open(_disk, "/cluster", NullLogger.Instance);
        using var writer = Open();

        writer.TryWrite(_key, 0, Number(1));

        await Until.TrueAsync(() => follower.Read(_key) is not null);
    }

    private static int WriteUntilPowerLoss(MemoryFileSystem disk, int at)
    {
        var answered = 0;
        try
        {
            using var writer = Open(disk, entriesPerGeneration: 3);
            disk.NameChanged = _ =>
            {
                at--;
                if (at == -1)
                {
                    disk.Crash();
                }

                // Nothing of it runs on afterwards.
                if (at < 0)
                {
                    throw new IOException("power loss");
                }
            };
            while (writer.TryWrite(_key, answered, Number(answered)))
            {
                answered++;
            }
        }
        catch (IOException)
        {
            // The power loss.
        }

        return answered;
    }

    private static ReadOnlyMemory<byte> Number(long number) =>
        Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    private static (long Version, long Number) Read(JournalCatalogue catalogue, CatalogueKey? key = null)
    {
        var document = catalogue.Read(key ?? _key);
        Assert.NotNull(document);
        return (document.Version, long.Parse(document.Body.Span, CultureInfo.InvariantCulture));
    }

    private static JournalCatalogue Open(IFileSystem disk, int entriesPerGeneration = 1000) =>
        JournalCatalogue.Open(disk, "/cluster", NullLogger.Instance, entriesPerGeneration);

    private JournalCatalogue Open(int entriesPerGeneration = 1000) => Open(_disk, entriesPerGeneration);
}
