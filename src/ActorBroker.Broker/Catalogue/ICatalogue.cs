// The durable metadata of the cluster. Safety never needs a single writer: each change is a compare-and-set on one
// document's version, so of two that race one wins and the other reads again.
namespace ActorBroker.Broker.Catalogue;

/// <summary>Versioned documents with compare-and-set and a change feed.</summary>
/// <remarks>
/// A write that answered true is durable. After an exception the write may or may not have happened: read again. Bodies
/// are UTF-8 JSON, immutable once handed over. Listeners are called after the change is durable, one change at a
/// time, in version order per document; they must not block or throw.
/// </remarks>
public interface ICatalogue
{
    /// <summary>Called after each change.</summary>
    event Action<CatalogueChange>? Changed;

    /// <summary>All documents of a kind, in no order.</summary>
    IReadOnlyList<CatalogueDocument> List(string kind);

    /// <summary>One document, or null.</summary>
    CatalogueDocument? Read(CatalogueKey key);

    /// <summary>
    /// What is read of a document from now on is at least as new as this call. Nothing, where it always is.
    /// </summary>
    /// <exception cref="IOException">The catalogue can't be read.</exception>
    void Refresh(CatalogueKey key)
    {
    }

    /// <summary>
    /// Takes each change whose document has the version that it expects, in the given order, each seeing those before
    /// it, and makes all that were taken durable together. A written document has the expected version plus one; one
    /// that is made anew begins above the versions of all that were ever removed, so that no version of a name comes
    /// twice.
    /// </summary>
    /// <returns>By index; false where somebody else was faster.</returns>
    IReadOnlyList<bool> TryWrite(IReadOnlyList<CatalogueWrite> writes);
}

/// <summary>A change by compare-and-set.</summary>
/// <param name="Key">Of which document.</param>
/// <param name="ExpectedVersion">The version that it must have; 0: it must not exist.</param>
/// <param name="Body">UTF-8 JSON; null removes the document.</param>
public readonly record struct CatalogueWrite(CatalogueKey Key, long ExpectedVersion, ReadOnlyMemory<byte>? Body);

/// <summary>Changes of one document.</summary>
public static class CatalogueWrites
{
    /// <summary>
    /// Writes the document if its version is still <paramref name="expectedVersion"/> (0: it does not exist). False
    /// when somebody else was faster.
    /// </summary>
    public static bool TryWrite(
        this ICatalogue catalogue, CatalogueKey key, long expectedVersion, ReadOnlyMemory<byte> body) =>
        catalogue.TryWrite([new CatalogueWrite(key, expectedVersion, body)])[0];

    /// <summary>Removes the document if its version is still the expected one.</summary>
    public static bool TryDelete(this ICatalogue catalogue, CatalogueKey key, long expectedVersion) =>
        expectedVersion > 0 && catalogue.TryWrite([new CatalogueWrite(key, expectedVersion, null)])[0];
}

/// <summary>Names a document.</summary>
/// <param name="Kind">Its folder: <c>topics</c>, <c>configs</c>...</param>
/// <param name="Name">Its name in there.</param>
public readonly record struct CatalogueKey(string Kind, string Name);

/// <summary>A document as it was read.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Version">Grows by one with each write; see <see cref="ICatalogue.TryWrite"/>.</param>
/// <param name="Body">UTF-8 JSON.</param>
public sealed record CatalogueDocument(CatalogueKey Key, long Version, ReadOnlyMemory<byte> Body);

/// <summary>A change of one document.</summary>
/// <param name="Key">Which one.</param>
/// <param name="Document">As it is now; null: removed.</param>
public readonly record struct CatalogueChange(CatalogueKey Key, CatalogueDocument? Document);
