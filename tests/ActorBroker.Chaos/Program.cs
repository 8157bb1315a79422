using ActorBroker.Chaos;
using ActorBroker.Client;

if (args.Contains("--help"))
{
    Console.WriteLine(ChaosOptions.Help);
    return 0;
}

using var cancel = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    cancel.Cancel();
};
try
{
    var options = ChaosOptions.Parse(args, seed: Random.Shared.Next());
    Console.WriteLine($"seed {options.Seed}");
    return await ChaosProgram.RunAsync(options, cancel.Token) ? 0 : 1;
}
catch (FormatException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}
catch (Exception failure) when (failure is InvalidOperationException or KafkaException)
{
    Console.Error.WriteLine($"The run could not go on: {failure.Message}");
    return 1;
}
catch (OperationCanceledException) when (cancel.IsCancellationRequested)
{
    return 1;
}
