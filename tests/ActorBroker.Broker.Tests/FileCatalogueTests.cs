using System.Text;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Storage.Simulation;

namespace ActorBroker.Broker.Tests;

public sealed class FileCatalogueTests
{
    private static readonly CatalogueKey Key = new("topics", "events");
    private readonly MemoryFileSystem _disk = new();

    [Fact]
    public void A_written_document_is_there_after_a_power_loss()
    {
        Assert.True(Open().TryWrite(Key, 0, Json(1)));

        _disk.Crash();

        Assert.Equal((1, "{\"n\":1}"), Read(Open()));
    }

    [Fact]
    public void Only_the_writer_that_knows_the_version_wins()
    {
        var catalogue = Open();

        Assert.True(catalogue.TryWrite(Key, 0, Json(1)));
        Assert.False(catalogue.TryWrite(Key, 0, Json(2)));
        Assert.True(catalogue.TryWrite(Key, 1, Json(3)));
        Assert.False(catalogue.TryDelete(Key, 1));
        Assert.Equal((2, "{\"n\":3}"), Read(catalogue));
        Assert.True(catalogue.TryDelete(Key, 2));
        Assert.Null(catalogue.Read(Key));
    }

    [Fact]
    public void A_batch_takes_what_it_can_each_change_seeing_those_before()
    {
        var other = new CatalogueKey("topics", "other");
        var catalogue = Open();
        catalogue.TryWrite(Key, 0, Json(1));

        var taken = catalogue.TryWrite(
        [
            new CatalogueWrite(other, 0, Json(2)),
            new CatalogueWrite(Key, 7, Json(3)),
            new CatalogueWrite(other, 1, Json(4)),
            new CatalogueWrite(Key, 1, null),
            new CatalogueWrite(Key, 1, null),
        ]);

        Assert.Equal([true, false, true, true, false], taken);
        _disk.Crash();
        Assert.Equal(2, Open().Read(other)?.Version);
        Assert.Null(Open().Read(Key));
    }

    [Fact]
    public void A_document_made_anew_never_has_a_version_of_its_former_life()
    {
        var catalogue = Open();
        catalogue.TryWrite(Key, 0, Json(1));
        catalogue.TryWrite(Key, 1, Json(2));
        catalogue.TryDelete(Key, 2);

        Assert.True(catalogue.TryWrite(Key, 0, Json(3)));

        Assert.Equal((3, "{\"n\":3}"), Read(catalogue));
        Assert.False(catalogue.TryWrite(Key, 1, Json(4)));
    }

    [Fact]
    public void Listeners_hear_of_each_change_in_order()
    {
        var catalogue = Open();
        var heard = new List<long?>();
        catalogue.Changed += change => heard.Add(change.Document?.Version);

        catalogue.TryWrite(Key, 0, Json(1));
        catalogue.TryWrite(Key, 1, Json(2));
        catalogue.TryWrite(Key, 7, Json(3));
        catalogue.TryDelete(Key, 2);

        Assert.Equal([1, 2, null], heard);
    }

    [Fact]
    public void A_power_loss_at_any_name_change_leaves_the_old_or_the_new_document()
    {
        for (var at = 0; at < 4; at++)
        {
            var disk = new MemoryFileSystem();
            var catalogue = FileCatalogue.Open(disk, "/data");
            Assert.True(catalogue.TryWrite(Key, 0, Json(1)));
            var left = at;
            disk.NameChanged = _ =>
            {
                if (left-- == 0)
                {
                    disk.Crash();
                    throw new IOException("power loss");
                }
            };
            try
            {
                catalogue.TryWrite(Key, 1, Json(2));
            }
            catch (IOException)
            {
                // The power loss.
            }

            disk.NameChanged = null;
            disk.Crash();
            Assert.Contains(Read(FileCatalogue.Open(disk, "/data")), new[] { (1L, "{\"n\":1}"), (2L, "{\"n\":2}") });
        }
    }

    [Fact]
    public void A_failed_write_changes_nothing_and_the_next_one_works()
    {
        var catalogue = Open();
        catalogue.TryWrite(Key, 0, Json(1));
        _disk.FailWrite(prefix: 3);

        Assert.ThrowsAny<IOException>(() => catalogue.TryWrite(Key, 1, Json(2)));

        Assert.Equal((1, "{\"n\":1}"), Read(catalogue));
        Assert.True(catalogue.TryWrite(Key, 1, Json(3)));
        Assert.Equal((2, "{\"n\":3}"), Read(Open()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"version\":0,\"body\":{}}")]
    [InlineData("{\"version\":1}")]
    public void A_corrupt_file_is_named_with_what_to_do(string content)
    {
        Open().TryWrite(Key, 0, Json(1));
        _disk.WriteAllBytes("/data/catalogue/topics/events.json", Encoding.UTF8.GetBytes(content));

        var failure = Assert.Throws<CatalogueException>(() => Open());

        Assert.Contains("/data/catalogue/topics/events.json", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Restore it from a backup", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_of_the_wrong_shape_is_named_too()
    {
        var catalogue = Open();
        catalogue.TryWrite(Key, 0, Json(1));

        var failure = Assert.Throws<CatalogueException>(() => new ClusterCatalogue(catalogue).ListTopics());

        Assert.Contains("topics/events", failure.Message, StringComparison.Ordinal);
    }

    private static ReadOnlyMemory<byte> Json(int number) => Encoding.UTF8.GetBytes($"{{\"n\":{number}}}");

    private static (long Version, string Body) Read(FileCatalogue catalogue)
    {
        var document = catalogue.Read(Key);
        Assert.NotNull(document);
        return (document.Version, Encoding.UTF8.GetString(document.Body.Span));
    }

    private FileCatalogue Open() => FileCatalogue.Open(_disk, "/data");
}
