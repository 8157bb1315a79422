namespace ActorBroker.Broker.Actors;

/// <summary>
/// Something that can wait in a mailbox; the link is part of the item, so that posting allocates nothing.
/// </summary>
/// <remarks>An item is in at most one mailbox, once, until a turn has taken it.</remarks>
internal abstract class MailboxItem
{
    internal MailboxItem? NextItem { get; set; }
}
