using System.CommandLine;
using ActorBroker.Cli.Moving;
using ActorBroker.Client;

namespace ActorBroker.Cli.Commands;

/// <summary>
/// What all commands have that move partitions: they show a plan, and carry it out where that is said.
/// </summary>
internal sealed class MoveOptions
{
    private readonly Option<bool> _execute = new("--execute") { Description = "Does it; else the plan is only shown." };

    private readonly Option<bool> _noWait = new("--no-wait")
    {
        Description = "Returns once the moves have begun; 'partitions moves' shows how far they are.",
    };

    private readonly Option<bool> _json = Shared.Json();

    public void AddTo(Command command)
    {
        command.Add(_execute);
        command.Add(_noWait);
        command.Add(_json);
    }

    /// <summary>Moves are made, and waited for.</summary>
    public bool AreFollowed(ParseResult parsed) => parsed.GetValue(_execute) && !parsed.GetValue(_noWait);

    /// <summary>Shows the moves, and makes them where that was said.</summary>
    public async Task RunAsync(
        KafkaClient client, IReadOnlyList<Move> moves, ParseResult parsed, CancellationToken cancel)
    {
        var json = parsed.GetValue(_json);
        var plan = await MovePlan.MeasureAsync(client, moves, cancel).ConfigureAwait(false);
        plan.Write(json);
        if (moves.Count == 0)
        {
            Say("Nothing to move.");
        }
        else if (!parsed.GetValue(_execute))
        {
            Say("Nothing was changed: this is the plan. Say --execute to carry it out.");
        }
        else
        {
            var run = new MoveRun(client, plan);
            await run.StartAsync(cancel).ConfigureAwait(false);
            if (AreFollowed(parsed))
            {
                await run.FollowAsync(cancel).ConfigureAwait(false);
            }
        }

        void Say(string text)
        {
            if (!json)
            {
                Console.Error.WriteLine(text);
            }
        }
    }
}
