using System.CommandLine;
using System.Xml;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary>The ways to say where a group shall go on, of which one is to be given.</summary>
internal sealed class ResetTarget
{
    private readonly Option<bool> _earliest =
        new("--to-earliest") { Description = "To the first records that are there." };

    private readonly Option<bool> _latest =
        new("--to-latest") { Description = "Behind the last records: what is there is not read." };

    private readonly Option<string?> _time = new("--to-datetime")
    {
        Description = "To the first records of this time or later: 2026-01-31T08:00:00Z, @ms, or 15m (ago).",
        HelpName = "time",
    };

    private readonly Option<string?> _duration = new("--by-duration")
    {
        Description = "To the first records that are this old or younger: 90s, 15m, 2h, 7d, or as in PT2H.",
        HelpName = "duration",
    };

    private readonly Option<long?> _shift = new("--shift-by")
    {
        Description = "By so many offsets from what is committed, back where the number is negative.",
        HelpName = "count",
    };

    private readonly Option<long?> _offset = new("--to-offset")
    {
        Description = "To this offset, in each chosen partition.",
        HelpName = "offset",
    };

    private Option[] All => [_earliest, _latest, _time, _duration, _shift, _offset];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (All.Count(option => result.GetResult(option) is not null) != 1)
            {
                result.AddError($"Give one of {string.Join(", ", All.Select(option => option.Name))}.");
            }
        });
    }

    /// <summary>Reads what was given.</summary>
    /// <exception cref="UsageException">It makes no sense.</exception>
    public ResetPlan Read(ParseResult parsed)
    {
        if (parsed.GetValue(_shift) is { } count)
        {
            return new ResetPlan(null, count, null);
        }

        if (parsed.GetValue(_offset) is { } offset)
        {
            return offset >= 0
                ? new ResetPlan(null, null, offset)
                : throw new UsageException($"{_offset.Name} {offset} is no offset: they begin at 0.");
        }

        var spec = parsed.GetValue(_earliest) ? OffsetSpec.Earliest
            : parsed.GetValue(_latest) ? OffsetSpec.Latest
            : parsed.GetValue(_time) is { } time ? OffsetSpec.AtTime(Times.Parse(_time.Name, time))
            : OffsetSpec.AtTime(Ago(parsed.GetRequiredValue(_duration)!));
        return new ResetPlan(spec, null, null);
    }

    private DateTimeOffset Ago(string text)
    {
        if (!text.StartsWith('P'))
        {
            return Times.Parse(_duration.Name, text);
        }

        try
        {
            var age = XmlConvert.ToTimeSpan(text);
            return age >= TimeSpan.Zero && age < DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch
                ? DateTimeOffset.UtcNow - age
                : throw new UsageException($"{_duration.Name} '{text}' is not in the time that records have.");
        }
        catch (Exception fault) when (fault is FormatException or OverflowException)
        {
            throw new UsageException($"{_duration.Name} '{text}' is no duration: write 90s, 15m, 2h, 7d or PT2H30M.");
        }
    }
}

/// <summary>Where a group shall go on: one of the three is set.</summary>
/// <param name="Spec">At what ListOffsets finds.</param>
/// <param name="ShiftBy">So far from what is committed.</param>
/// <param name="Offset">Here.</param>
internal sealed record ResetPlan(OffsetSpec? Spec, long? ShiftBy, long? Offset)
{
    /// <summary>The new offset of each partition, within what the partition has.</summary>
    public async Task<IReadOnlyDictionary<TopicPartition, long>> PlanAsync(
        KafkaClient client,
        List<TopicPartition> partitions,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed,
        CancellationToken cancel)
    {
        if (ShiftBy is not null && partitions.Find(each => !committed.ContainsKey(each)) is { Topic: not null } missing)
        {
            throw new UsageException(
                $"--shift-by: the group has committed nothing in {missing} from which to count; give another target.");
        }

        var starts = await client.Admin.ListOffsetsAsync(partitions, OffsetSpec.Earliest, cancel).ConfigureAwait(false);
        var ends = await client.Admin.ListOffsetsAsync(partitions, OffsetSpec.Latest, cancel).ConfigureAwait(false);
        var found = Spec is { } spec
            ? await client.Admin.ListOffsetsAsync(partitions, spec, cancel).ConfigureAwait(false)
            : null;
        return partitions.ToDictionary(each => each, each =>
        {
            var (start, end) = (starts[each].Offset, ends[each].Offset);

            // No record is that young: the next one to come will be the first.
            var offset = found is not null ? found[each].Offset < 0 ? end : found[each].Offset
                : Offset ?? Shifted(committed[each].Offset, ShiftBy!.Value);
            return Math.Clamp(offset, start, Math.Max(start, end));
        });
    }

    private static long Shifted(long from, long by) =>
        by > 0 && from > long.MaxValue - by ? long.MaxValue : by < 0 && from < long.MinValue - by ? 0 : from + by;
}
