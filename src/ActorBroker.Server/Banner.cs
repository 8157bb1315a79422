using System.Text;
using ActorBroker.Core.Configuration;

namespace ActorBroker.Server;

/// <summary>What a broker prints when it is up: who and where it is, and three lines to try it.</summary>
internal sealed record Banner(
    int BrokerId, string ClusterId, IReadOnlyList<Listener> Listeners, string Address, IReadOnlyList<string> Folders,
    Uri? HttpAddress)
{
    private const string DefaultAddress = "127.0.0.1:9092";

    public static string Version { get; } = typeof(Banner).Assembly.GetName().Version!.ToString(3);

    public string Render()
    {
        var elsewhere = Address == DefaultAddress ? "" : $" -b {Address}";
        var banner = new StringBuilder()
            .AppendLine($"ActorBroker {Version}: broker {BrokerId} of cluster {ClusterId}")
            .AppendLine($"  listening on {string.Join(", ", Listeners)}")
            .AppendLine($"  data in {string.Join(", ", Folders)}");
        if (HttpAddress is not null)
        {
            banner.AppendLine($"  metrics and health on {HttpAddress}");
        }

        return banner
            .AppendLine("Try it from another terminal:")
            .AppendLine($"  echo hello | kcat -b {Address} -t greetings -P")
            .AppendLine($"  kcat -b {Address} -t greetings -C -e")
            .AppendLine($"  dotnet run --project src/ActorBroker.Cli -- topics create orders{elsewhere}")
            .Append("Ctrl+C stops it.")
            .ToString();
    }
}
