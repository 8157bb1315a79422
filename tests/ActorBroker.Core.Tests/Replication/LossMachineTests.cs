using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Replication;
using ActorBroker.Core.Tests.Cluster;

namespace ActorBroker.Core.Tests.Replication;

public class LossMachineTests
{
    private const int Epoch = LeaderScenario.Epoch;
    private static readonly PartitionState InSync = LeaderScenario.State([1, 2, 3], [1, 2, 3]);
    private static readonly PartitionState Out = LeaderScenario.State([1, 2, 3], [1, 3]);

    private readonly LossMachine _replica = new(brokerId: 2);

    [Fact]
    public void What_others_count_on_is_reported_once_and_nothing_is_taken_until_that_is_recorded()
    {
        _replica.Promised(10);

        var report = _replica.Lose(7, highWatermark: 8, Epoch, InSync);

        Assert.Equal(new LossReport(2, Epoch, HasCounted: true), report);
        Assert.Null(_replica.Look(InSync));
        Assert.True(_replica.IsUnreported(Out));
        _replica.Reported(report!, Out, isSettled: true);
        Assert.False(_replica.IsUnreported(Out));
        Assert.True(_replica.IsUnreported(InSync));
        Assert.NotNull(_replica.Look(InSync));
    }

    [Fact]
    public void It_never_leads_before_it_holds_as_much_again()
    {
        Lost(told: 10, left: 7);
        var later = InSync with { LeaderEpoch = Epoch + 1 };
        Assert.False(_replica.MayLead(later));

        _replica.Promised(9);
        Assert.False(_replica.MayLead(later));
        _replica.Promised(10);

        Assert.True(_replica.MayLead(later));
        Assert.False(_replica.MayLead(InSync));
    }

    [Fact]
    public void A_later_leadership_that_begins_without_it_knows_nothing_of_what_it_said()
    {
        Lost(told: 10, left: 7);

        Assert.Null(_replica.Look(Out));
        Assert.False(_replica.MayLead(Out with { LeaderEpoch = Epoch + 1 }));
        Assert.Null(_replica.Look(Out with { LeaderEpoch = Epoch + 1 }));

        Assert.True(_replica.MayLead(Out with { LeaderEpoch = Epoch + 1 }));
    }

    [Fact]
    public void Who_is_counted_on_all_the_same_goes_on_as_nobody_can_know_more()
    {
        _replica.Promised(10);
        var report = _replica.Lose(7, 8, Epoch, InSync)!;
        var alone = LeaderScenario.State([1, 2, 3], [2]) with { Leader = 2, LeaderEpoch = Epoch + 1 };

        _replica.Reported(report, alone, isSettled: false);
        Assert.False(_replica.MayLead(alone));
        _replica.Reported(report, alone, isSettled: true);

        Assert.True(_replica.MayLead(alone));
        Assert.False(_replica.IsUnreported(alone));
    }

    [Fact]
    public void What_was_only_sent_counts_for_nobody_and_costs_a_leader_its_leadership()
    {
        _replica.Promised(7);
        _replica.Sent(12);
        var leads = InSync with { Leader = 2 };

        var report = _replica.Lose(9, highWatermark: 7, Epoch, leads)!;

        Assert.False(report.HasCounted);
        Assert.Equal(leads with { LeaderEpoch = Epoch + 1 }, report.NextOf(leads, Views.Live(1, 2, 3), 1));
        Assert.Null(report.NextOf(leads with { LeaderEpoch = Epoch + 1 }, Views.Live(1, 2, 3), 1));
        Assert.Null(report.NextOf(InSync, Views.Live(1, 2, 3), 1));
    }

    [Fact]
    public void What_others_counted_on_takes_it_out_of_the_in_sync_set()
    {
        var report = new LossReport(2, Epoch, HasCounted: true);

        Assert.Equal([1, 3], report.NextOf(InSync, Views.Live(1, 2, 3), 1)!.InSync);
        Assert.Null(report.NextOf(Out, Views.Live(1, 2, 3), 1));
    }

    [Fact]
    public void What_a_leader_had_cut_is_no_loss()
    {
        _replica.Promised(10);
        _replica.Sent(12);

        _replica.Cut(6);

        Assert.Equal(6, _replica.ToldUpTo);
    }

    [Fact]
    public void An_only_replica_owes_nobody()
    {
        _replica.Promised(10);

        Assert.Null(_replica.Lose(7, 8, Epoch, LeaderScenario.State([2], [2]) with { Leader = 2 }));

        Assert.True(_replica.MayLead(InSync));
        Assert.Equal(8, _replica.ToldUpTo + 1);
    }

    private void Lost(long told, long left)
    {
        _replica.Promised(told);
        _replica.Reported(_replica.Lose(left, highWatermark: left, Epoch, InSync)!, Out, isSettled: true);
    }
}
