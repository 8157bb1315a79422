namespace ActorBroker.Broker.Catalogue;

/// <summary>Judges a batch of changes against a catalogue's documents, and collects what is to be stored.</summary>
/// <param name="read">The documents as they are before the batch.</param>
/// <param name="highestRemoved">The highest version that any removed document had.</param>
public sealed class CatalogueBatch(Func<CatalogueKey, CatalogueDocument?> read, long highestRemoved)
{
    private readonly Dictionary<CatalogueKey, CatalogueDocument?> _changed = [];
    private readonly List<CatalogueChange> _changes = [];

    /// <summary>What was taken, in order.</summary>
    public IReadOnlyList<CatalogueChange> Changes => _changes;

    /// <summary>The highest version that any removed document had, after this batch.</summary>
    public long HighestRemoved { get; private set; } = highestRemoved;

    /// <summary>Takes a change unless its document has another version than it expects.</summary>
    public bool TryTake(in CatalogueWrite write)
    {
        var current = _changed.TryGetValue(write.Key, out var changed) ? changed : read(write.Key);
        if ((current?.Version ?? 0) != write.ExpectedVersion || (current is null && write.Body is null))
        {
            return false;
        }

        CatalogueDocument? next = null;
        if (write.Body is { } body)
        {
            next = new CatalogueDocument(write.Key, (current?.Version ?? HighestRemoved) + 1, body);
        }
        else
        {
            HighestRemoved = Math.Max(HighestRemoved, write.ExpectedVersion);
        }

        _changed[write.Key] = next;
        _changes.Add(new CatalogueChange(write.Key, next));
        return true;
    }
}
