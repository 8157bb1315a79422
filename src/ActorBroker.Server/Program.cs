using ActorBroker.Server;

return await ServerProgram.RunAsync(args, Console.Out, Console.Error).ConfigureAwait(false);
