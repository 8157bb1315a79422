using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Core.Tests.Groups.Offsets;

/// <summary>What lies in memory is counted for the whole process, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(OffsetFootprintTests), DisableParallelization = true)]
[Collection(nameof(OffsetFootprintTests))]
public sealed class OffsetFootprintTests
{
    private const int Groups = 10_000;

    [Fact]
    public void Ten_thousand_idle_groups_take_less_than_three_kibibytes_each()
    {
        // Pools that earlier tests filled are emptied at some collection: that may fall into one measurement, not all.
        var measured = Enumerable.Range(0, 5).Select(_ => Measure()).Order().ToList();

        Assert.InRange(measured[2] / Groups, 1, 3072);
    }

    private static long Measure()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var machine = new GroupCoordinatorMachine(new GroupSettings(), () => "id");
        for (var group = 0; group < Groups; group++)
        {
            machine.Apply(new GroupRecord(
                new GroupMetadataKey { Group = $"group-{group}" },
                new GroupMetadataValue { ProtocolType = "consumer", Generation = 1, CurrentStateTimestamp = 1 }));
            for (var partition = 0; partition < 4; partition++)
            {
                machine.Apply(new GroupRecord(
                    new OffsetCommitKey { Group = $"group-{group}", Topic = new string('t', 1), Partition = partition },
                    new OffsetCommitValue { Offset = partition, CommitTimestamp = 1 }));
            }
        }

        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal(Groups, machine.GroupCount);
        return bytes;
    }
}
