// What the grain of the catalogue and the brokers' copies of it say to each other. None of it is for applications.
using System.Collections.Immutable;

namespace ActorBroker.Orleans.Catalogue;

/// <summary>
/// The one that writes the cluster's catalogue, as long as one is enough: an activation that is left over from before
/// can write nothing any more, as the present one has taken all documents over.
/// </summary>
[Alias("ActorBroker.ICatalogueGrain")]
internal interface ICatalogueGrain : IGrainWithIntegerKey
{
    /// <summary>What is new since then; where nothing is, the answer waits for it, but not for ever.</summary>
    [Alias("Read")]
    Task<CatalogueNews> ReadAsync(CataloguePosition since);

    /// <summary>Judges each change, makes durable what was taken, and tells what is new since then.</summary>
    [Alias("Write")]
    Task<CatalogueWritten> WriteAsync(ImmutableArray<CatalogueChangeRequest> changes, CataloguePosition since);

    /// <summary>Reads the document from the storage, whoever wrote it, and tells what is new since then.</summary>
    [Alias("Refresh")]
    Task<CatalogueNews> RefreshAsync(string kind, string name, CataloguePosition since);
}

/// <summary>How far somebody has heard.</summary>
/// <param name="Life">The activation that told it, counted; 0: nobody yet.</param>
/// <param name="Sequence">The last change that it told.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.CataloguePosition")]
internal readonly record struct CataloguePosition(
    [property: Id(0)] long Life, [property: Id(1)] long Sequence);

/// <summary>A change by compare-and-set.</summary>
/// <param name="Kind">The document's kind.</param>
/// <param name="Name">Its name.</param>
/// <param name="ExpectedVersion">The version that it must have; 0: it must not exist.</param>
/// <param name="Body">UTF-8 JSON; null removes it.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.CatalogueChangeRequest")]
internal sealed record CatalogueChangeRequest(
    [property: Id(0)] string Kind, [property: Id(1)] string Name, [property: Id(2)] long ExpectedVersion,
    [property: Id(3)] byte[]? Body);

/// <summary>A document as it is now.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Body">UTF-8 JSON; null: it was removed.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.CatalogueDocumentNow")]
internal sealed record CatalogueDocumentNow(
    [property: Id(0)] string Kind, [property: Id(1)] string Name, [property: Id(2)] long Version,
    [property: Id(3)] byte[]? Body);

/// <summary>What is new.</summary>
/// <param name="UpTo">Where to go on.</param>
/// <param name="IsWhole">All documents that there are, in place of changes.</param>
/// <param name="Documents">In the order of the changes; the last of them ends at <paramref name="UpTo"/>.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.CatalogueNews")]
internal sealed record CatalogueNews(
    [property: Id(0)] CataloguePosition UpTo, [property: Id(1)] bool IsWhole,
    [property: Id(2)] ImmutableArray<CatalogueDocumentNow> Documents);

/// <summary>What became of changes.</summary>
/// <param name="Results">By index; false where somebody else was faster.</param>
/// <param name="News">What is new, these changes included.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.CatalogueWritten")]
internal sealed record CatalogueWritten(
    [property: Id(0)] ImmutableArray<bool> Results, [property: Id(1)] CatalogueNews News);
