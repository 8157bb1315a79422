namespace ActorBroker.Assignors.Sticky;

/// <summary>Which members are in a rack of one of a partition's replicas (KIP-881), with racks as numbers.</summary>
internal sealed class StickyRacks
{
    private const int NoRack = -1;

    private readonly int[] _ofMember;
    private readonly int[][] _ofPartition;

    private StickyRacks(int[] ofMember, int[][] ofPartition, int count)
    {
        _ofMember = ofMember;
        _ofPartition = ofPartition;
        Count = count;
    }

    /// <summary>How many racks have members.</summary>
    public int Count { get; }

    /// <param name="input">Members and topics.</param>
    /// <param name="first">Per topic the number of its first partition.</param>
    /// <returns>Null where racks make no difference.</returns>
    public static StickyRacks? Of(Subscribers input, int[] first)
    {
        if (Array.TrueForAll(input.Topics, topic => topic.Racks.Count == 0))
        {
            return null;
        }

        var replicas = new IReadOnlyCollection<string>[first[^1]];
        for (var topic = 0; topic < input.Topics.Length; topic++)
        {
            for (var index = 0; index < input.Topics[topic].PartitionCount; index++)
            {
                var racks = input.Topics[topic].Racks;
                replicas[first[topic] + index] = index < racks.Count ? racks[index] : [];
            }
        }

        if (!RackRules.TellApart(
            replicas.Length, partition => replicas[partition], input.Members.Select(member => member.RackId)))
        {
            return null;
        }

        var numbers = new Dictionary<string, int>();
        var ofMember = Array.ConvertAll(input.Members, member => string.IsNullOrEmpty(member.RackId)
            ? NoRack
            : numbers.TryGetValue(member.RackId, out var known) ? known : numbers[member.RackId] = numbers.Count);
        var ofPartition = Array.ConvertAll(
            replicas, racks => racks.Distinct().Where(numbers.ContainsKey).Select(rack => numbers[rack]).ToArray());
        return new StickyRacks(ofMember, ofPartition, numbers.Count);
    }

    /// <summary>A member without a rack is near to everything.</summary>
    public bool IsNear(int member, int partition) =>
        _ofMember[member] == NoRack || Array.IndexOf(_ofPartition[partition], _ofMember[member]) >= 0;

    /// <summary>The member's rack, or <see cref="Count"/> where it has none.</summary>
    public int OfMember(int member) => _ofMember[member] == NoRack ? Count : _ofMember[member];

    public int[] OfPartition(int partition) => _ofPartition[partition];
}
