using ActorBroker.Server;

SocketThreads.Choose();
return await ServerProgram.RunAsync(args, Console.Out, Console.Error).ConfigureAwait(false);
