using System.Globalization;

namespace ActorBroker.Simulation;

/// <summary>What the executable was asked for.</summary>
internal sealed class CommandLine
{
    public const string Help =
        """
        Runs the cluster's machines and logs in a simulated world, seed by seed, and checks the invariants.

          --seeds N       how many seeds to run (default 1000)
          --seed S        the first one (default: by chance)
          --threads N     seeds at the same time (default: one per core)
          --canary NAME   with a planted bug, which has to be found
          --no-groups     without groups and their offsets, as the seeds ran that found bugs before there were any
          --keep-going    go on after a failure, and list all
          --verbose       show every event; for a single seed
          --help          this text

        Canaries:
        """;

    public CommandLine(string[] args)
    {
        for (var at = 0; at < args.Length && Problem is null; at++)
        {
            switch (args[at])
            {
                case "--seeds":
                    Seeds = (int)Number(args, ++at, int.MaxValue);
                    break;
                case "--seed":
                    Seed = Number(args, ++at, ulong.MaxValue);
                    break;
                case "--threads":
                    Threads = (int)Number(args, ++at, 1024);
                    break;
                case "--canary":
                    Canary = Name(args, ++at);
                    break;
                case "--no-groups":
                    HasGroups = false;
                    break;
                case "--keep-going":
                    KeepsGoing = true;
                    break;
                case "--verbose":
                    Listener = Console.WriteLine;
                    Threads = 1;
                    break;
                case "--help":
                    WantsHelp = true;
                    break;
                default:
                    Problem = $"{args[at]} is unknown; --help shows what there is.";
                    break;
            }
        }
    }

    public int Seeds { get; } = 1000;

    public ulong? Seed { get; }

    public int Threads { get; } = Environment.ProcessorCount;

    public Canary Canary { get; }

    public bool HasGroups { get; } = true;

    public bool KeepsGoing { get; }

    public Action<string>? Listener { get; }

    public bool WantsHelp { get; }

    /// <summary>What is wrong with the arguments.</summary>
    public string? Problem { get; private set; }

    private ulong Number(string[] args, int at, ulong max)
    {
        if (at < args.Length && ulong.TryParse(args[at], CultureInfo.InvariantCulture, out var number) &&
            number > 0 && number <= max)
        {
            return number;
        }

        Problem = $"{args[at - 1]} needs a number from 1 to {max}.";
        return 1;
    }

    private Canary Name(string[] args, int at)
    {
        if (at < args.Length && Enum.TryParse<Canary>(args[at], ignoreCase: true, out var canary))
        {
            return canary;
        }

        Problem = $"--canary needs one of {string.Join(", ", Enum.GetNames<Canary>())}.";
        return Canary.None;
    }
}
