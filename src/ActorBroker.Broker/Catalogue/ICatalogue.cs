// The durable metadata of the cluster. Safety never needs a single writer: each change is a compare-and-set on one
// document's version, so of two that race one wins and the other reads again.
namespace ActorBroker.Broker.Catalogue;

/// <summary>Versioned documents with compare-and-set and a change feed.</summary>
/// <remarks>
/// A write that answered true is durable. After an exception the write may or may not have happened: read again. Bodies
/// are UTF-8 JSON, immutable once handed over. Listeners are called after the change is durable, one change at a
/// time, in version order per document; they must not block or throw.
/// </remarks>
internal interface ICatalogue
{
    /// <summary>Called after each change.</summary>
    event Action<CatalogueChange>? Changed;

    /// <summary>All documents of a kind, in no order.</summary>
    IReadOnlyList<CatalogueDocument> List(string kind);

    /// <summary>One document, or null.</summary>
    CatalogueDocument? Read(CatalogueKey key);

    /// <summary>
    /// Writes the document if its version is still <paramref name="expectedVersion"/> (0: it does not exist); it then
    /// has the next version. False when somebody else was faster.
    /// </summary>
    bool TryWrite(CatalogueKey key, long expectedVersion, ReadOnlyMemory<byte> body);

    /// <summary>Removes the document if its version is still the expected one.</summary>
    bool TryDelete(CatalogueKey key, long expectedVersion);
}

/// <summary>Names a document.</summary>
/// <param name="Kind">Its folder: <c>topics</c>, <c>configs</c>...</param>
/// <param name="Name">Its name in there.</param>
internal readonly record struct CatalogueKey(string Kind, string Name);

/// <summary>A document as it was read.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Version">From 1 on; each write adds one.</param>
/// <param name="Body">UTF-8 JSON.</param>
internal sealed record CatalogueDocument(CatalogueKey Key, long Version, ReadOnlyMemory<byte> Body);

/// <summary>A change of one document.</summary>
/// <param name="Key">Which one.</param>
/// <param name="Document">As it is now; null: removed.</param>
internal readonly record struct CatalogueChange(CatalogueKey Key, CatalogueDocument? Document);
