using System.Globalization;

namespace ActorBroker.Chaos;

/// <summary>What the command line asks for.</summary>
/// <param name="Minutes">How long faults are injected.</param>
/// <param name="Seed">Decides which fault comes when, whom it hits and how long it lasts.</param>
/// <param name="Faults">The faults by name; empty for all.</param>
/// <param name="Canary">Weakens the topic, so that something must be found.</param>
/// <param name="Keep">Keeps data and logs also of a run in which all was well.</param>
/// <param name="Silos">Where the silo was built, if the brokers are to be silos of Orleans; null: servers.</param>
internal sealed record ChaosOptions(
    double Minutes, int Seed, IReadOnlyList<string> Faults, bool Canary, bool Keep, string? Silos = null)
{
    public const string Help = """
        Hurts a cluster of three real brokers while clients write and read, and checks that nothing was lost.

          dotnet run --project tests/ActorBroker.Chaos -c Release -- [options]

          --minutes N      how long faults are injected (5); each of them comes once at least
          --seed N         decides which fault comes when, whom it hits and how long it lasts (another one each time)
          --faults a,b     only these faults, by their names in the table
          --canary         loses records on purpose, by min.insync.replicas=1 and unclean elections: the run must
                           find it, and end with 1
          --keep           keeps data and logs also where all was well
          --silos FOLDER   the brokers are silos of Orleans, as built in that folder (src/ActorBroker.Silo/bin/...),
                           over a PostgreSQL of the run's own; ORLEANS_SQL names the folder of Orleans' SQL scripts
          --help           this text

        The exit code is 0 where every count of anomalies is zero, 1 where one is not, 2 where a setting is wrong.
        """;

    /// <summary>Reads the command line; a <see cref="FormatException"/> says what is wrong with it.</summary>
    public static ChaosOptions Parse(IReadOnlyList<string> arguments, int seed)
    {
        var options = new ChaosOptions(5, seed, [], Canary: false, Keep: false);
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--minutes" => options with { Minutes = ParseMinutes(Next(arguments, ref i)) },
                "--seed" => options with { Seed = ParseSeed(Next(arguments, ref i)) },
                "--faults" => options with { Faults = Next(arguments, ref i).Split(',') },
                "--canary" => options with { Canary = true },
                "--keep" => options with { Keep = true },
                "--silos" => options with { Silos = Next(arguments, ref i) },
                var other => throw new FormatException(
                    $"'{other}' is none of --minutes, --seed, --faults, --canary, --keep, --silos."),
            };
        }

        return options;
    }

    private static string Next(IReadOnlyList<string> arguments, ref int at) => ++at < arguments.Count
        ? arguments[at]
        : throw new FormatException($"{arguments[at - 1]} needs a value.");

    private static double ParseMinutes(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes)
        && minutes is > 0 and <= 24 * 60
            ? minutes
            : throw new FormatException($"--minutes {text}: a number above 0, at most 1440.");

    private static int ParseSeed(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : throw new FormatException($"--seed {text}: a whole number from 0 on.");
}
