namespace ActorBroker.Server;

/// <summary>The answer to <c>--help</c>.</summary>
internal static class HelpText
{
    public const string Text = """
        Starts a broker. Every setting is written --key=value, with Kafka's names and defaults; a few that matter first:

          --broker.id=1                               the broker's number
          --listeners=PLAINTEXT://127.0.0.1:9092      where it listens; port 0 takes any free one
          --advertised.listeners=PLAINTEXT://name:p   what clients are told, if they come from elsewhere
          --log.dirs=./data                           where the data lies
          --log.level=Information                     what goes to the console

          --cluster.dir=./cluster                     brokers on one machine that share this folder are a cluster;
                                                      each has a broker.id and listeners of its own

          --dev.brokers=3   so many brokers in this process, as a cluster for development; --dev.port=9092 is the first
                            one's port, --dev.data=folder keeps the data; settings are for all of them
          --config=path     settings file (.properties, or .json); else actorbroker.properties or actorbroker.json
                            in the working directory
          --version         prints the version
          --help            prints this

        Environment variables set the same keys: ACTORBROKER_LOG_DIRS=/data. Later ones win: file, environment, command
        line. docs/configuration.md lists every setting.

        Exit codes: 0 stopped in order, 1 could not start, 2 a setting is wrong.
        """;
}
