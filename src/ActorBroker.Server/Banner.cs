using System.Text;
using ActorBroker.Core.Configuration;

namespace ActorBroker.Server;

/// <summary>What a broker prints when it is up: who and where it is, and three lines to try it.</summary>
internal sealed record Banner(
    int BrokerId, string ClusterId, IReadOnlyList<Listener> Listeners, IReadOnlyList<string> Folders)
{
    private const string DefaultAddress = "127.0.0.1:9092";

    public static string Version { get; } = typeof(Banner).Assembly.GetName().Version!.ToString(3);

    public string Render()
    {
        var address = Reachable(Listeners[0]);
        var elsewhere = address == DefaultAddress ? "" : $" -b {address}";
        return new StringBuilder()
            .AppendLine($"ActorBroker {Version}: broker {BrokerId} of cluster {ClusterId}")
            .AppendLine($"  listening on {string.Join(", ", Listeners)}")
            .AppendLine($"  data in {string.Join(", ", Folders)}")
            .AppendLine("Try it from another terminal:")
            .AppendLine($"  echo hello | kcat -b {address} -t greetings -P")
            .AppendLine($"  kcat -b {address} -t greetings -C -e")
            .AppendLine($"  dotnet run --project src/ActorBroker.Cli -- topics create orders{elsewhere}")
            .Append("Ctrl+C stops it.")
            .ToString();
    }

    // A broker that listens on every address is tried on this machine's own.
    private static string Reachable(Listener listener)
    {
        var host = listener.Host switch
        {
            "" or "0.0.0.0" => "127.0.0.1",
            "::" => "[::1]",
            var address when address.Contains(':', StringComparison.Ordinal) => $"[{address}]",
            var name => name,
        };
        return $"{host}:{listener.Port}";
    }
}
