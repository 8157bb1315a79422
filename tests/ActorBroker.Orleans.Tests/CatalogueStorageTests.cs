using ActorBroker.Broker.Catalogue;
using ActorBroker.Orleans.Catalogue;
using ActorBroker.Orleans.Tests.Support;
using Orleans.Storage;

namespace ActorBroker.Orleans.Tests;

/// <summary>Of activations that are there at the same time, one writes.</summary>
public sealed class CatalogueStorageTests
{
    private static readonly CatalogueKey Key = new("topics", "events");

    [Fact]
    public async Task Whoever_took_over_last_finds_everything_and_nobody_else_writes_any_more()
    {
        var storage = new SharedStorage();
        var first = new CatalogueStorage(storage, 0);
        Assert.Empty(await first.TakeOverAsync());
        await WriteAsync(first, Document(1));
        var second = new CatalogueStorage(storage, 0);

        var found = await second.TakeOverAsync();

        Assert.Equal(1, Assert.Single(found).Value.Version);
        Assert.True(second.Life > first.Life);
        Assert.Equal((true, false), (await first.IsLeftOverAsync(), await second.IsLeftOverAsync()));
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(first, Document(2)));
        await Assert.ThrowsAsync<InconsistentStateException>(
            () => WriteAsync(first, new CatalogueChange(new("topics", "other"), null) with { Document = Other() }));
        await WriteAsync(second, Document(2));
        Assert.Equal(2, (await second.ReadAsync(Key))?.Version);
    }

    [Fact]
    public async Task What_was_removed_is_forgotten_but_its_version_is_not()
    {
        var storage = new SharedStorage();
        var first = new CatalogueStorage(storage, 0);
        await first.TakeOverAsync();
        await WriteAsync(first, Document(7));
        await first.AnnounceAsync([new CatalogueChange(Key, null)], highestRemoved: 7);
        await first.WriteAsync(new CatalogueChange(Key, null));

        var second = new CatalogueStorage(storage, 0);

        Assert.Empty(await second.TakeOverAsync());
        Assert.Equal(7, second.HighestRemoved);
        await WriteAsync(second, Document(8));
        Assert.Equal(8, Assert.Single(await new CatalogueStorage(storage, 0).TakeOverAsync()).Value.Version);
    }

    private static async Task WriteAsync(CatalogueStorage storage, CatalogueChange change)
    {
        await storage.AnnounceAsync([change], storage.HighestRemoved);
        await storage.WriteAsync(change);
    }

    private static CatalogueChange Document(long version) =>
        new(Key, new CatalogueDocument(Key, version, "{}"u8.ToArray()));

    private static CatalogueDocument Other() => new(new("topics", "other"), 1, "{}"u8.ToArray());
}
