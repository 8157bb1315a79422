using ActorBroker.Core.Groups;
using ActorBroker.Records;

namespace ActorBroker.Simulation.Groups;

/// <summary>A client's request to a coordinator; it is answered once at most.</summary>
internal abstract class GroupCall
{
    /// <summary>The client has closed its connection: whoever has not begun with this never does.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>Asks the machine, which leads in this epoch of its partition.</summary>
    public abstract void Ask(GroupCoordinatorMachine machine, GroupTurn turn, int leaderEpoch);

    /// <summary>Answers with an error only.</summary>
    public abstract void Refuse(ErrorCode error);
}

/// <summary>A request and what becomes of its answer.</summary>
/// <param name="ask">Asks the machine.</param>
/// <param name="answered">Takes the answer, and the leader epoch of the coordinator that gave it.</param>
/// <param name="refused">Takes the error.</param>
internal sealed class GroupCall<T>(
    Action<GroupCoordinatorMachine, GroupTurn, Reply<T>> ask, Action<T, int> answered, Action<ErrorCode> refused)
    : GroupCall
{
    private bool _isOver;

    public override void Ask(GroupCoordinatorMachine machine, GroupTurn turn, int leaderEpoch) =>
        ask(machine, turn, new Told(this, leaderEpoch));

    public override void Refuse(ErrorCode error)
    {
        if (!_isOver)
        {
            _isOver = true;
            refused(error);
        }
    }

    private void Answer(T result, int leaderEpoch)
    {
        if (!_isOver)
        {
            _isOver = true;
            answered(result, leaderEpoch);
        }
    }

    private sealed class Told(GroupCall<T> call, int leaderEpoch) : Reply<T>, IFailingReply
    {
        public override void Release() => call.Answer(Result, leaderEpoch);

        public void Fail(ErrorCode error) => call.Refuse(error);
    }
}

/// <summary>A reply that can be given an error in place of what the machine said.</summary>
internal interface IFailingReply
{
    /// <summary>What was decided could not be stored.</summary>
    void Fail(ErrorCode error);
}
