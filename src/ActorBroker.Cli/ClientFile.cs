using System.Globalization;
using ActorBroker.Client;

namespace ActorBroker.Cli;

/// <summary>
/// A file of client settings by Kafka's names, <c>name=value</c> a line. What the tool does not know it refuses, so
/// that a setting which is to protect is never left out in silence.
/// </summary>
internal static class ClientFile
{
    private const string BootstrapServers = "bootstrap.servers";
    private const string ClientId = "client.id";
    private const string RequestTimeout = "request.timeout.ms";
    private const string ConnectTimeout = "socket.connection.setup.timeout.ms";

    public const string KnownNames = $"{BootstrapServers}, {ClientId}, {RequestTimeout}, {ConnectTimeout}";

    public static ClientOptions Read(string path, ClientOptions options)
    {
        if (!File.Exists(path))
        {
            throw new UsageException($"--config: there is no file '{path}'.");
        }

        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            var text = line.Trim();
            if (text.Length == 0 || text[0] is '#' or '!')
            {
                continue;
            }

            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new UsageException($"{path}:{number}: '{text}' is not name=value.");
            }

            options = Apply($"{path}:{number}", text[..equals].Trim(), text[(equals + 1)..].Trim(), options);
        }

        return options;
    }

    private static ClientOptions Apply(string where, string name, string value, ClientOptions options) => name switch
    {
        BootstrapServers => options with { BootstrapServers = value },
        ClientId => options with { ClientId = value },
        RequestTimeout => options with { RequestTimeout = Milliseconds(where, name, value) },
        ConnectTimeout => options with { ConnectTimeout = Milliseconds(where, name, value) },
        _ => throw new UsageException($"{where}: '{name}' is not known here; what is: {KnownNames}."),
    };

    private static TimeSpan Milliseconds(string where, string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms > 0
            ? TimeSpan.FromMilliseconds(ms)
            : throw new UsageException($"{where}: {name}={value}: give milliseconds, 1 to {int.MaxValue}.");
}
