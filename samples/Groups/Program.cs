// One member of a consumer group. Start several, kill some: the others take over.
//
//     dotnet run --project samples/Groups -- at-least-once localhost:9092 orders
using ActorBroker.Client;
using Groups;

if (args is not [var how, var bootstrap, var topic])
{
    Console.Error.WriteLine("Groups (at-most-once | at-least-once | parallel) <bootstrap servers> <topic>");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true; // The member leaves its group before the process ends.
    stop.Cancel();
};

await using var client = new KafkaClient(new ClientOptions { BootstrapServers = bootstrap });
try
{
    await (how switch
    {
        "at-most-once" => AtMostOnce.RunAsync(client, topic, stop.Token),
        "at-least-once" => AtLeastOnce.RunAsync(client, topic, stop.Token),
        "parallel" => InParallel.RunAsync(client, topic, stop.Token),
        _ => throw new ArgumentException($"'{how}' is none of at-most-once, at-least-once and parallel."),
    });
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("left the group");
}

return 0;
