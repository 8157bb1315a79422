using System.Globalization;
using ActorBroker.Client;
using ActorBroker.Records;
using Spectre.Console;

namespace ActorBroker.Cli.Moving;

/// <summary>
/// Starts moves and follows them to their end, with a bar for all and one for each of the first that are under way,
/// where standard error is a terminal; else with a line for each that is done. Moves go on without their watcher.
/// </summary>
internal sealed class MoveRun(KafkaClient client, MovePlan plan)
{
    private const int PartitionsAtATime = 500;
    private const int BarsMax = 12;
    private const int BarWidth = 24;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);

    /// <summary>Tells the cluster to move.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        foreach (var some in plan.Moves.Chunk(PartitionsAtATime))
        {
            await client.Admin.AlterPartitionReassignmentsAsync(
                some.ToDictionary(move => move.Partition, IReadOnlyList<int>? (move) => move.To), cancel)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Waits until nothing of the plan is under way any more.</summary>
    /// <exception cref="KafkaException">A partition is not where it should be: its move was called off.</exception>
    public async Task FollowAsync(CancellationToken cancel)
    {
        if (Console.IsErrorRedirected)
        {
            await FollowAsync((_, _) => { }, move => Console.Error.WriteLine(Done(move)), cancel)
                .ConfigureAwait(false);
        }
        else
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            await console.Progress()
                .AutoClear(true)
                .AutoRefresh(false)
                .Columns(
                    new TaskDescriptionColumn { Alignment = Justify.Left },
                    new ProgressBarColumn { Width = BarWidth },
                    new PercentageColumn())
                .StartAsync(context => ShowAsync(context, cancel)).ConfigureAwait(false);
        }

        await VerifyAsync(cancel).ConfigureAwait(false);
    }

    private static string Done(Move move) => $"moved {move.Partition} to {string.Join(',', move.To)}";

    private async Task ShowAsync(ProgressContext context, CancellationToken cancel)
    {
        var count = plan.Moves.Count;
        var all = context.AddTask($"{count} partition{(count == 1 ? "" : "s")}", maxValue: Math.Max(plan.Bytes, 1));
        var bars = new Dictionary<TopicPartition, ProgressTask>();
        var done = 0L;
        await FollowAsync(
            (ongoing, copied) =>
            {
                var unseen = ongoing.Take(BarsMax - bars.Count).Where(move => !bars.ContainsKey(move.Partition));
                foreach (var move in unseen)
                {
                    bars[move.Partition] = context.AddTask(
                        Markup.Escape(move.Partition.ToString()), maxValue: Math.Max(plan.BytesOf(move), 1));
                }

                foreach (var (partition, bar) in bars)
                {
                    bar.Value = copied.GetValueOrDefault(partition);
                }

                all.Value = Math.Min(done + copied.Values.Sum(), all.MaxValue);
                context.Refresh();
            },
            move =>
            {
                done += plan.BytesOf(move);
                if (bars.Remove(move.Partition, out var bar))
                {
                    bar.Value = bar.MaxValue;
                    bar.StopTask();
                }
            },
            cancel).ConfigureAwait(false);
    }

    private async Task FollowAsync(
        Action<IReadOnlyList<Move>, IReadOnlyDictionary<TopicPartition, long>> show,
        Action<Move> finish,
        CancellationToken cancel)
    {
        var open = plan.Moves.ToList();
        while (true)
        {
            var ongoing = (await client.Admin.ListPartitionReassignmentsAsync(null, cancel).ConfigureAwait(false))
                .Select(each => each.Partition).ToHashSet();
            foreach (var move in open.Where(move => !ongoing.Contains(move.Partition)).ToList())
            {
                open.Remove(move);
                finish(move);
            }

            if (open.Count == 0)
            {
                return;
            }

            var sizes = await MovePlan.SizesAsync(client, cancel).ConfigureAwait(false);
            show(open, open.ToDictionary(
                move => move.Partition,
                move => Math.Min(
                    move.Copying.Sum(broker => sizes.GetValueOrDefault((broker, move.Partition))),
                    plan.BytesOf(move))));
            await Task.Delay(Between, cancel).ConfigureAwait(false);
        }
    }

    private async Task VerifyAsync(CancellationToken cancel)
    {
        var topics = (await client.Admin.ListTopicsAsync(cancel).ConfigureAwait(false))
            .ToDictionary(topic => topic.Name);
        var missed = plan.Moves.Where(move =>
            topics.TryGetValue(move.Partition.Topic, out var topic) &&
            !topic.Partitions.Any(each => each.Partition == move.Partition.Partition &&
                each.Replicas.Order().SequenceEqual(move.To.Order()))).ToList();
        if (missed.Count > 0)
        {
            throw new KafkaException(string.Create(
                CultureInfo.InvariantCulture,
                $"{missed.Count} of {plan.Moves.Count} partitions, e.g. {missed[0].Partition}, are not where they " +
                $"were to go: somebody called their moves off, or gave them other targets. See 'actorbroker " +
                $"partitions moves'."));
        }
    }
}
