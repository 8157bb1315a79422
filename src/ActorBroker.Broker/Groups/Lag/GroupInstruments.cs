using System.Diagnostics.Metrics;

namespace ActorBroker.Broker.Groups.Lag;

/// <summary>What a broker tells of the groups that it coordinates.</summary>
internal static class GroupInstruments
{
    /// <summary>Makes the instruments.</summary>
    /// <param name="meter">Of the broker room.</param>
    /// <param name="sample">Where their values come from.</param>
    /// <param name="seriesMax">
    /// Groups, and pairs of group and topic, that have numbers of their own; the ones after them by name share those of
    /// the others, lest a broker of many groups drown whoever reads its metrics.
    /// </param>
    public static void Observe(Meter meter, LagSample sample, int seriesMax)
    {
        meter.CreateObservableUpDownCounter(
            "actorbroker.broker.groups", () => States(sample), "{group}", "Groups that this broker coordinates.");
        meter.CreateObservableUpDownCounter(
            "actorbroker.broker.group.members",
            () => Groups(sample).Select(static group => new Series(group.Group.GroupId, null, group.MemberCount))
                .Bounded(seriesMax, Enumerable.Sum).Select(static series => series.ToLong()),
            "{member}", "Members of the group.");
        meter.CreateObservableUpDownCounter(
            "actorbroker.broker.group.lag",
            () => Topics(sample, static topic => topic.Records)
                .Bounded(seriesMax, Enumerable.Sum).Select(static series => series.ToLong()),
            "{record}", "Records that the group has not read yet, by its committed offsets.");
        meter.CreateObservableGauge(
            "actorbroker.broker.group.lag.time",
            () => Topics(sample, static topic => topic.Seconds)
                .Bounded(seriesMax, Enumerable.Max).Select(static series => series.ToDouble()),
            "s", "Age of the oldest record that the group has not read yet; 0 where it has read everything.");
    }

    /// <summary>Makes the instruments of the coordinators' work.</summary>
    public static void Observe(Meter meter, GroupMeters groups)
    {
        Counter("offsets.committed", "{offset}", "Offsets that groups committed.", () => groups.Commits);
        Counter("offsets.expired", "{offset}", "Offsets that expired.", () => groups.Expired);
        Counter("coordinator.loads", "{load}", "Partitions of __consumer_offsets whose groups were read.",
            () => groups.Loads);
        Counter("coordinator.failures", "{failure}", "Coordinators that could not store a decision, and began anew.",
            () => groups.Failures);

        void Counter(string name, string unit, string description, Func<long> value) =>
            meter.CreateObservableCounter("actorbroker.broker.group." + name, value, unit, description);
    }

    private static IReadOnlyList<GroupLagSummary> Groups(LagSample sample) => sample.Latest?.Groups ?? [];

    private static IEnumerable<Measurement<long>> States(LagSample sample) => Groups(sample)
        .CountBy(static group => group.Group.State)
        .Select(static state =>
            new Measurement<long>(state.Value, new KeyValuePair<string, object?>("state", state.Key)));

    private static IEnumerable<Series> Topics(LagSample sample, Func<TopicLag, double?> value) =>
        from @group in Groups(sample)
        from topic in @group.Topics
        where value(topic) is not null
        select new Series(@group.Group.GroupId, topic.Topic, value(topic)!.Value);

    private static IEnumerable<Series> Bounded(
        this IEnumerable<Series> all, int max, Func<IEnumerable<double>, double> share)
    {
        var others = new List<Series>();
        foreach (var series in all)
        {
            if (max-- > 0)
            {
                yield return series;
            }
            else
            {
                others.Add(series);
            }
        }

        if (others is [var first, ..])
        {
            yield return new Series(
                BrokerInstruments.Others,
                first.Topic is null ? null : BrokerInstruments.Others,
                share(others.Select(static series => series.Value)));
        }
    }

    private readonly record struct Series(string Group, string? Topic, double Value)
    {
        public Measurement<long> ToLong() => new((long)Value, Tags());

        public Measurement<double> ToDouble() => new(Value, Tags());

        private KeyValuePair<string, object?>[] Tags() => Topic is null
            ? [new("group", Group)]
            : [new("group", Group), new("topic", Topic)];
    }
}
