using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using ActorBroker.Simulation;

var options = new CommandLine(args);
if (options.Problem is { } problem)
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}

if (options.WantsHelp)
{
    Console.WriteLine($"{CommandLine.Help}\n  {string.Join("\n  ", Enum.GetNames<Canary>().Skip(1))}");
    return 0;
}

var firstSeed = options.Seed ?? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
Console.WriteLine($"seeds {firstSeed} to {firstSeed + (ulong)options.Seeds - 1}, canary {options.Canary}");
var started = Stopwatch.StartNew();
var reported = 0L;
var results = SeedRange.Run(firstSeed, options.Seeds, options.Threads, options.Canary, options.Listener, done =>
{
    if (started.ElapsedMilliseconds >= Interlocked.Read(ref reported) + 2_000)
    {
        Interlocked.Exchange(ref reported, started.ElapsedMilliseconds);
        var perSecond = done / started.Elapsed.TotalSeconds;
        Console.Write(string.Create(
            CultureInfo.InvariantCulture, $"\r{done} of {options.Seeds}, {perSecond:F0}/s  "));
    }
}, stopAtFailure: !options.KeepsGoing, hasGroups: options.HasGroups);

Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"""

    {results.Runs} runs in {started.Elapsed.TotalSeconds:F1} s: {results.Steps} steps, {results.Acknowledged}
    produces acknowledged, {results.Committed} offsets committed, {results.GroupCommits} commits of groups,
    {results.Failures.Count} failed
    """));
foreach (var failure in results.Failures)
{
    Console.WriteLine(results.Failures.Count == 1 ? failure.Message : $"seed {failure.Seed}: {failure.Problem}");
}

return results.Failures.Count == 0 ? 0 : 1;
