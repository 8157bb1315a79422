using System.Globalization;
using ActorBroker.Chaos.Checking;
using ActorBroker.Chaos.Faults;

namespace ActorBroker.Chaos;

/// <summary>What a run ends with: tables for people, and whether all is well.</summary>
internal sealed class RunReport
{
    /// <summary>The kinds of fault.</summary>
    public required IReadOnlyList<FaultTally> Faults { get; init; }

    /// <summary>What this machine can't do.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>What the checker says.</summary>
    public required Findings Findings { get; init; }

    /// <summary>What clients did.</summary>
    public required (int Written, int Acknowledged, long Read) Counts { get; init; }

    /// <summary>Records in the log at the end.</summary>
    public required long Checked { get; init; }

    /// <summary>Batches that were compared on all three brokers.</summary>
    public required int BatchesCompared { get; init; }

    /// <summary>
    /// What else went wrong: replicas that differ, a cluster that does not heal, a client that crashed.
    /// </summary>
    public required IReadOnlyList<string> Failures { get; init; }

    /// <summary>True where nothing was found.</summary>
    public bool IsClean => Findings.Total == 0 && Failures.Count == 0;

    /// <summary>Prints it.</summary>
    public void Write(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("| fault | injected | longest gap in acknowledgements | longest until all in sync |");
        output.WriteLine("|---|---|---|---|");
        foreach (var fault in Faults)
        {
            output.WriteLine(Invariant(
                $"| {fault.Name} | {fault.Count} | {Seconds(fault.LongestGap)} | {Seconds(fault.LongestHealing)} |"));
        }

        foreach (var leftOut in LeftOut)
        {
            output.WriteLine($"Left out: {leftOut}");
        }

        output.WriteLine();
        output.WriteLine(Invariant(
            $"{Counts.Written:N0} records written, {Counts.Acknowledged:N0} acknowledged, {Counts.Read:N0} read; ") +
            Invariant($"{Checked:N0} in the log and checked; {BatchesCompared:N0} batches compared on 3 replicas"));
        output.WriteLine();
        output.WriteLine("| anomaly | found |");
        output.WriteLine("|---|---|");
        foreach (var kind in Enum.GetValues<AnomalyKind>())
        {
            output.WriteLine(Invariant($"| {Name(kind)} | {Findings[kind]} |"));
        }

        output.WriteLine(Invariant($"| other failures | {Failures.Count} |"));
        output.WriteLine();
        foreach (var example in Findings.Examples)
        {
            output.WriteLine($"{Name(example.Kind)}: {example.Text}");
        }

        foreach (var failure in Failures)
        {
            output.WriteLine($"failure: {failure}");
        }
    }

    private static string Name(AnomalyKind kind) => kind switch
    {
        AnomalyKind.LostWrite => "lost-write",
        AnomalyKind.Duplicate => "duplicate",
        AnomalyKind.InconsistentOffsets => "inconsistent-offsets",
        AnomalyKind.AbortedRead => "aborted-read",
        AnomalyKind.PollSkip => "poll-skip",
        AnomalyKind.NonmonotonicPoll => "nonmonotonic-poll",
        AnomalyKind.Unseen => "unseen",
        AnomalyKind.NonmonotonicSend => "nonmonotonic-send",
        AnomalyKind.LostCommit => "lost-commit",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static string Seconds(TimeSpan time) => Invariant($"{time.TotalSeconds:0.0} s");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
