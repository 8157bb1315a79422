using ActorBroker.Chaos.Checking;

namespace ActorBroker.Chaos.Tests;

/// <summary>Histories that contain one anomaly each, and those that only look as if they did.</summary>
public class CheckerTests
{
    private static readonly Write[] ThreeWrites = [Acked(0, 0), Acked(1, 1), Acked(2, 2)];

    [Fact]
    public void A_history_in_which_all_is_well_has_no_findings()
    {
        var history = new History
        {
            Writes = ThreeWrites,
            Readings = [Read("solo", 0, 1, 2), ReadBy("group", "a", 0, 1), ReadBy("group", "b", 1, 2)],
            Final = Log(0, 1, 2),
            Readers = ["solo", "group"],
            Commits = [new Commit("group", 0, 2), new Commit("group", 0, 1)],
            CommittedAtEnd = [new Commit("group", 0, 2)],
        };

        Assert.Empty(Checker.Check(history).Examples);
    }

    [Fact]
    public void An_unknown_write_may_be_there_or_not()
    {
        Write[] writes = [Unknown(0), Unknown(1), Acked(2, 1)];

        Assert.Empty(Find(new History { Writes = writes, Final = Final((0, 0), (1, 2)) }));
    }

    [Fact]
    public void An_acknowledgement_need_not_tell_the_offset()
    {
        Write[] writes = [Acked(0, -1), Acked(1, 1)];

        Assert.Empty(Find(new History { Writes = writes, Final = Log(0, 1) }));
    }

    [Fact]
    public void An_acknowledged_record_that_the_log_lacks_is_a_lost_write() =>
        AssertOnly(AnomalyKind.LostWrite, new History { Writes = ThreeWrites, Final = Final((0, 0), (2, 2)) });

    [Fact]
    public void An_acknowledged_record_without_an_offset_that_the_log_lacks_is_a_lost_write() => AssertOnly(
        AnomalyKind.LostWrite, new History { Writes = [Acked(0, 0), Acked(1, -1)], Final = Final((0, 0)) });

    [Fact]
    public void A_record_that_somebody_read_and_the_log_lacks_is_a_lost_write_although_its_outcome_is_unknown() =>
        AssertOnly(
            AnomalyKind.LostWrite,
            new History
            {
                Writes = [Acked(0, 0), Unknown(1), Acked(2, 2)],
                Readings = [Read("solo", 0, 1, 2)],
                Final = Final((0, 0), (2, 2)),
            });

    [Fact]
    public void A_record_at_two_offsets_is_a_duplicate() => AssertOnly(
        AnomalyKind.Duplicate,
        new History { Writes = [Acked(0, 0), Acked(1, 1)], Final = Final((0, 0), (1, 1), (2, 1)) });

    [Fact]
    public void Two_records_at_one_offset_are_inconsistent()
    {
        var findings = Checker.Check(new History
        {
            Writes = [Acked(0, 0), Unknown(1), Unknown(2)],
            Readings = [new Reading("solo", "solo", 0, [new Seen(0, Id(0)), new Seen(1, Id(1))])],
            Final = Final((0, 0), (1, 2)),
        });

        Assert.Equal(1, findings[AnomalyKind.InconsistentOffsets]);
        Assert.Equal(1, findings[AnomalyKind.LostWrite]);
        Assert.Equal(2, findings.Total);
    }

    [Fact]
    public void An_acknowledged_offset_where_another_record_stands_is_inconsistent() => AssertOnly(
        AnomalyKind.InconsistentOffsets,
        new History { Writes = [Acked(0, 1), Acked(1, 1)], Final = Final((0, 0), (1, 1)) });

    [Fact]
    public void An_acknowledged_offset_beyond_the_record_is_inconsistent() => AssertOnly(
        AnomalyKind.InconsistentOffsets,
        new History { Writes = [Acked(0, 0), Acked(1, 7)], Final = Log(0, 1) });

    [Fact]
    public void A_refused_record_that_is_read_is_an_aborted_read() => AssertOnly(
        AnomalyKind.AbortedRead,
        new History
        {
            Writes = [Acked(0, 0), new Write(Id(1), 0, WriteOutcome.Refused, -1)],
            Final = Log(0, 1),
        });

    [Fact]
    public void A_record_that_nobody_wrote_is_an_aborted_read() => AssertOnly(
        AnomalyKind.AbortedRead, new History { Writes = [Acked(0, 0)], Final = Log(0, 1) });

    [Fact]
    public void A_record_in_a_partition_it_was_not_sent_to_is_an_aborted_read() => AssertOnly(
        AnomalyKind.AbortedRead,
        new History { Writes = [new Write(Id(0), 1, WriteOutcome.Unknown, -1)], Final = Log(0) });

    [Fact]
    public void A_reading_that_leaves_out_a_record_skips() => AssertOnly(
        AnomalyKind.PollSkip,
        new History { Writes = ThreeWrites, Readings = [Read("solo", 0, 2)], Final = Log(0, 1, 2) });

    [Fact]
    public void A_gap_in_the_offsets_is_no_skip_where_nobody_knows_of_a_record() => Assert.Empty(Find(new History
    {
        Writes = [Acked(0, 0), Acked(1, 5)],
        Readings = [new Reading("solo", "solo", 0, [new Seen(0, Id(0)), new Seen(5, Id(1))])],
        Final = Final((0, 0), (5, 1)),
        Readers = ["solo"],
    }));

    [Fact]
    public void A_group_whose_members_leave_out_a_record_between_them_skips() => AssertOnly(
        AnomalyKind.PollSkip,
        new History
        {
            Writes = ThreeWrites,
            Readings = [ReadBy("group", "a", 0), ReadBy("group", "b", 2)],
            Final = Log(0, 1, 2),
            Readers = ["group"],
        });

    [Fact]
    public void A_reading_that_goes_back_is_nonmonotonic() => AssertOnly(
        AnomalyKind.NonmonotonicPoll,
        new History { Writes = ThreeWrites, Readings = [Read("solo", 0, 1, 2, 1, 2)], Final = Log(0, 1, 2) });

    [Fact]
    public void A_group_may_read_again_after_a_rebalance() => Assert.Empty(Find(new History
    {
        Writes = ThreeWrites,
        Readings = [ReadBy("group", "a", 0, 1), ReadBy("group", "b", 0, 1, 2)],
        Final = Log(0, 1, 2),
        Readers = ["group"],
    }));

    [Fact]
    public void An_acknowledged_record_beyond_the_end_of_the_log_is_unseen() =>
        AssertOnly(AnomalyKind.Unseen, new History { Writes = ThreeWrites, Final = Log(0, 1) });

    [Fact]
    public void A_record_that_a_reader_never_reached_is_unseen() => AssertOnly(
        AnomalyKind.Unseen,
        new History
        {
            Writes = ThreeWrites,
            Readings = [Read("solo", 0, 1)],
            Final = Log(0, 1, 2),
            Readers = ["solo"],
        });

    [Fact]
    public void A_reader_that_was_given_nothing_at_all_has_not_seen_anything()
    {
        var findings = Checker.Check(
            new History { Writes = ThreeWrites, Final = Log(0, 1, 2), Readers = ["solo"] });

        Assert.Equal(3, findings[AnomalyKind.Unseen]);
        Assert.Equal(3, findings.Total);
    }

    [Fact]
    public void Records_of_one_producer_in_another_order_are_nonmonotonic_sends() => AssertOnly(
        AnomalyKind.NonmonotonicSend,
        new History { Writes = [Unknown(0), Unknown(1)], Final = Final((0, 1), (1, 0)) });

    [Fact]
    public void A_group_that_ends_before_what_it_committed_has_lost_a_commit() => AssertOnly(
        AnomalyKind.LostCommit,
        new History
        {
            Commits = [new Commit("group", 0, 5), new Commit("group", 1, 5)],
            CommittedAtEnd = [new Commit("group", 0, 5), new Commit("group", 1, 4)],
        });

    [Fact]
    public void A_group_of_which_nothing_is_left_has_lost_its_commits() =>
        AssertOnly(AnomalyKind.LostCommit, new History { Commits = [new Commit("group", 0, 5)] });

    [Fact]
    public void Only_the_first_findings_of_a_kind_are_told_and_all_are_counted()
    {
        var writes = Enumerable.Range(0, 100).Select(number => Acked(number, number)).ToArray();
        var findings = Checker.Check(new History { Writes = writes, Final = Final((99, 99)) });

        Assert.Equal(99, findings[AnomalyKind.LostWrite]);
        Assert.Equal(20, findings.Examples.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(25)]
    [InlineData(199)]
    [InlineData(123_456_789)]
    public void A_value_tells_its_record(int number)
    {
        var id = new RecordId(3, number);

        Assert.Equal(id, RecordId.FromValue(id.ToValue()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("|")]
    [InlineData("3|")]
    [InlineData("3:5")]
    [InlineData("3:5|ffff")]
    [InlineData("3:5|fffffg")]
    [InlineData("-1:5|fffff")]
    [InlineData("3:99999999999|")]
    public void A_value_of_which_a_character_is_not_as_it_was_sent_is_foreign(string? value) =>
        Assert.Equal(RecordId.Foreign, RecordId.FromValue(value));

    private static RecordId Id(int number) => new(0, number);

    private static Write Acked(int number, long offset) => new(Id(number), 0, WriteOutcome.Acknowledged, offset);

    private static Write Unknown(int number) => new(Id(number), 0, WriteOutcome.Unknown, -1);

    /// <summary>A partition whose offsets hold the records of the same numbers.</summary>
    private static Dictionary<int, IReadOnlyList<Seen>> Log(params int[] numbers) =>
        Final([.. numbers.Select(number => (number, number))]);

    private static Dictionary<int, IReadOnlyList<Seen>> Final(params (int Offset, int Number)[] records) =>
        new() { [0] = [.. records.Select(record => new Seen(record.Offset, Id(record.Number)))] };

    private static Reading Read(string consumer, params int[] numbers) => ReadBy(consumer, consumer, numbers);

    private static Reading ReadBy(string reader, string consumer, params int[] numbers) =>
        new(reader, consumer, 0, [.. numbers.Select(number => new Seen(number, Id(number)))]);

    private static IReadOnlyList<Anomaly> Find(History history) => Checker.Check(history).Examples;

    private static void AssertOnly(AnomalyKind kind, History history)
    {
        var findings = Checker.Check(history);
        Assert.Equal(kind, Assert.Single(findings.Examples).Kind);
        Assert.Equal(1, findings.Total);
    }
}
