using ActorBroker.Cli;

return await CommandLine.RunAsync(args).ConfigureAwait(false);
