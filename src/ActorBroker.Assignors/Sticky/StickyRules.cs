// The rules that sticky, cooperative-sticky and uniform share. Who owned what is the start. Where all members subscribe
// to the same topics every share is known beforehand, and one pass is enough (EqualShares); otherwise partitions
// are given out and then moved until no move makes loads more even (MixedShares).
using ActorBroker.Records;

namespace ActorBroker.Assignors.Sticky;

internal static class StickyRules
{
    public static IReadOnlyDictionary<string, IReadOnlyList<TopicPartition>> Assign(
        IReadOnlyCollection<GroupMember> members, IReadOnlyCollection<AssignedTopic> topics)
    {
        var input = Subscribers.Sort(members, topics);
        var state = new StickyState(input);
        if (Array.TrueForAll(input.OfTopic, subscribers => subscribers.Length == input.Members.Length))
        {
            EqualShares.Assign(state);
        }
        else
        {
            MixedShares.Assign(state);
        }

        return state.Answer();
    }
}
