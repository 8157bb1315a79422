namespace ActorBroker.Core.Groups.Classic;

/// <summary>A member of a classic group.</summary>
internal sealed class ClassicMember(string id, string? instanceId, GroupClient client) : Timed
{
    /// <summary>Its id; a static member gets a new one each time it returns.</summary>
    public string Id { get; set; } = id;

    public string? InstanceId => instanceId;

    public GroupClient Client { get; set; } = client;

    public int SessionTimeoutMs { get; set; }

    public int RebalanceTimeoutMs { get; set; }

    /// <summary>In order of preference; after a replay only the one that was chosen.</summary>
    public IReadOnlyList<MemberProtocol> Protocols { get; set; } = [];

    /// <summary>The assignment of the last generation that became stable.</summary>
    public ReadOnlyMemory<byte> Assignment { get; set; }

    /// <summary>Its parked join.</summary>
    public Reply<JoinResult>? Join { get; set; }

    /// <summary>Its parked sync.</summary>
    public Reply<SyncResult>? Sync { get; set; }

    /// <summary>It never got an answer to a join, so nobody expects heartbeats of it.</summary>
    public bool IsNew { get; set; }

    /// <summary>It was told of a generation and has not synced in it yet.</summary>
    public bool OwesSync { get; set; }

    /// <summary>Whether it lists the protocol.</summary>
    public bool Supports(string protocol)
    {
        foreach (var each in Protocols)
        {
            if (each.Name == protocol)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Its metadata for a protocol; empty where it does not list it.</summary>
    public ReadOnlyMemory<byte> MetadataFor(string? protocol)
    {
        foreach (var each in Protocols)
        {
            if (each.Name == protocol)
            {
                return each.Metadata;
            }
        }

        return default;
    }

    /// <summary>Whether a join says what the last one said.</summary>
    public bool Matches(IReadOnlyList<MemberProtocol> protocols)
    {
        if (protocols.Count != Protocols.Count)
        {
            return false;
        }

        for (var i = 0; i < protocols.Count; i++)
        {
            if (protocols[i].Name != Protocols[i].Name ||
                !protocols[i].Metadata.Span.SequenceEqual(Protocols[i].Metadata.Span))
            {
                return false;
            }
        }

        return true;
    }
}
