using System.CommandLine;
using ActorBroker.Cli.Moving;
using ActorBroker.Client;

namespace ActorBroker.Cli.Commands;

/// <summary>
/// What all commands have that move partitions: they show a plan, and carry it out where that is said.
/// </summary>
internal sealed class MoveOptions
{
    private const string HowToLift =
        "The moves go on, and their limit holds until 'actorbroker partitions moves --wait' has seen their end.";

    private readonly Option<bool> _execute = new("--execute") { Description = "Does it; else the plan is only shown." };

    private readonly Option<bool> _noWait = new("--no-wait")
    {
        Description = "Returns once the moves have begun; 'partitions moves' shows how far they are.",
    };

    private readonly Option<long?> _throttle = new("--throttle")
    {
        Description =
            "Lets each broker send and take no more than so many bytes per second of what is moved, until it is moved.",
        HelpName = "bytes",
    };

    private readonly Option<bool> _json = Shared.Json();

    public void AddTo(Command command)
    {
        _throttle.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<long?>() <= 0)
            {
                result.AddError("--throttle takes bytes per second, at least 1.");
            }
        });
        command.Add(_execute);
        command.Add(_noWait);
        command.Add(_throttle);
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
            MoveThrottle? throttle = null;
            if (parsed.GetValue(_throttle) is { } rate)
            {
                throttle = new MoveThrottle(client, moves);
                await throttle.SetAsync(rate, cancel).ConfigureAwait(false);
            }

            var run = new MoveRun(client, plan);
            await run.StartAsync(cancel).ConfigureAwait(false);
            if (AreFollowed(parsed))
            {
                await FollowAsync(run, throttle, cancel).ConfigureAwait(false);
            }
            else if (throttle is not null)
            {
                Say(HowToLift);
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

    /// <summary>Waits until all is moved, and takes the limit away that held until then.</summary>
    private static async Task FollowAsync(MoveRun run, MoveThrottle? throttle, CancellationToken cancel)
    {
        try
        {
            await run.FollowAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception fault) when (throttle is not null && fault is OperationCanceledException or KafkaException)
        {
            Console.Error.WriteLine(HowToLift);
            throw;
        }

        await (throttle?.LiftAsync(cancel) ?? Task.CompletedTask).ConfigureAwait(false);
    }
}
