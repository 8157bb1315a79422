namespace ActorBroker.Assignors;

/// <summary>When racks matter to an assignment (KIP-881).</summary>
internal static class RackRules
{
    /// <summary>
    /// Racks tell members apart: some member is in a rack of some replica, and not every partition has a replica in
    /// every rack (where it has, everybody reads nearby whatever is decided).
    /// </summary>
    public static bool TellApart(
        int partitionCount, Func<int, IReadOnlyCollection<string>> racksOf, IEnumerable<string?> memberRacks)
    {
        var ofMembers = new HashSet<string>();
        foreach (var rack in memberRacks)
        {
            if (!string.IsNullOrEmpty(rack))
            {
                ofMembers.Add(rack);
            }
        }

        if (ofMembers.Count == 0)
        {
            return false;
        }

        var ofReplicas = new HashSet<string>();
        for (var partition = 0; partition < partitionCount; partition++)
        {
            ofReplicas.UnionWith(racksOf(partition));
        }

        if (!ofReplicas.Overlaps(ofMembers))
        {
            return false;
        }

        for (var partition = 0; partition < partitionCount; partition++)
        {
            if (!ofReplicas.SetEquals(racksOf(partition)))
            {
                return true;
            }
        }

        return false;
    }
}
