namespace ActorBroker.Assignors.Sticky;

/// <summary>Sorts out the members' claims to partitions.</summary>
internal static class PreviousOwners
{
    /// <summary>
    /// Per partition the subscriber that owned it. Of two claims the newer generation counts; two of the same
    /// generation cannot both be true, so neither does. Claims to what is not there or
    /// not subscribed are passed over.
    /// </summary>
    /// <param name="input">Members and topics.</param>
    /// <param name="first">Per topic the number of its first partition.</param>
    public static int[] Find(Subscribers input, int[] first)
    {
        var topics = new Dictionary<string, int>(input.Topics.Length);
        for (var topic = 0; topic < input.Topics.Length; topic++)
        {
            topics[input.Topics[topic].Name] = topic;
        }

        var owners = new int[first[^1]];
        Array.Fill(owners, StickyState.Nobody);
        var claimed = new (int Member, int Generation)[owners.Length];
        Array.Fill(claimed, (StickyState.Nobody, int.MinValue));
        for (var member = 0; member < input.Members.Length; member++)
        {
            var generation = input.Members[member].Generation;
            foreach (var (name, index) in input.Members[member].Owned)
            {
                if (!topics.TryGetValue(name, out var topic)
                    || index < 0 || index >= input.Topics[topic].PartitionCount
                    || Array.BinarySearch(input.OfTopic[topic], member) < 0)
                {
                    continue;
                }

                var partition = first[topic] + index;
                var other = claimed[partition];
                if (other.Member == member || other.Generation > generation)
                {
                    continue;
                }

                owners[partition] = other.Member != StickyState.Nobody && other.Generation == generation
                    ? StickyState.Nobody
                    : member;
                claimed[partition] = (member, generation);
            }
        }

        return owners;
    }
}
