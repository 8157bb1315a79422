// The shell around one GroupCoordinatorMachine: one partition of __consumer_offsets.
using ActorBroker.Broker.Actors;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups;

/// <summary>The coordinator of the groups that hash to one partition.</summary>
internal sealed class GroupShard() : Mailbox<GroupItem>(WaitingMax, TurnItems, long.MaxValue)
{
    /// <summary>Requests that may wait; more are answered COORDINATOR_NOT_AVAILABLE at once.</summary>
    public const int WaitingMax = 16_384;

    private const int TurnItems = 4096;

    /// <summary>Lets the machine answer, if there is one.</summary>
    public void Serve(GroupRequest request) =>
        request.Refuse(Waiting > 0 ? ErrorCode.CoordinatorLoadInProgress : ErrorCode.CoordinatorNotAvailable);

    protected override void OnTurn(ReadOnlySpan<GroupItem> items)
    {
        foreach (var item in items)
        {
            item.Run(this);
        }
    }
}
