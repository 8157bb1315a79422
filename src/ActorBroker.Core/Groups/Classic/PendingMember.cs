namespace ActorBroker.Core.Groups.Classic;

/// <summary>Somebody who was told a member id and has not come back with it yet (KIP-394).</summary>
internal sealed class PendingMember(string id) : Timed
{
    public string Id => id;
}
