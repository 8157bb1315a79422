namespace ActorBroker.Core.Groups.Classic;

/// <summary>Those who were told their ids and have not come back with them yet, the oldest first.</summary>
internal sealed class PendingMembers
{
    // Who is told an id comes back at once; more of them than this are an endless loop of somebody's.
    private const int CountMax = 10_000;

    // Made by the first one; most groups have none most of the time.
    private Dictionary<string, LinkedListNode<PendingMember>>? _byId;
    private LinkedList<PendingMember>? _inOrder;

    public int Count => _byId?.Count ?? 0;

    public bool IsFull => Count >= CountMax;

    public PendingMember? Oldest => _inOrder?.First?.Value;

    public bool Contains(string id) => _byId?.ContainsKey(id) is true;

    public PendingMember Add(string id)
    {
        _byId ??= new Dictionary<string, LinkedListNode<PendingMember>>(1, StringComparer.Ordinal);
        _inOrder ??= new LinkedList<PendingMember>();
        var pending = new PendingMember(id);
        _byId.Add(id, _inOrder.AddLast(pending));
        return pending;
    }

    /// <summary>Takes one out; null where nobody has the id.</summary>
    public PendingMember? Remove(string id)
    {
        if (_byId is null || !_byId.Remove(id, out var node))
        {
            return null;
        }

        _inOrder!.Remove(node);
        if (_byId.Count == 0)
        {
            (_byId, _inOrder) = (null, null);
        }

        return node.Value;
    }
}
