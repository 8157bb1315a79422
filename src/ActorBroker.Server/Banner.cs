using System.Text;
using ActorBroker.Core.Configuration;

namespace ActorBroker.Server;

/// <summary>What a broker prints when it is up: who and where it is, and three lines to try it.</summary>
internal sealed record Banner(
    int BrokerId, string ClusterId, IReadOnlyList<Listener> Listeners, string Address, IReadOnlyList<string> Folders,
    Uri? HttpAddress, ClusterPlace? Place = null)
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
        if (Place is { Peers.Count: > 0 })
        {
            banner.AppendLine($"  cluster folder {Place.Folder}, shared with {string.Join(", ", Place.Peers)}");
        }
        else if (Place is not null)
        {
            banner.AppendLine($"  cluster folder {Place.Folder}, nobody else so far: start others with the same")
                .AppendLine("    --cluster.dir, and with a --broker.id, --listeners and --http.listener of their own");
        }

        if (HttpAddress is not null)
        {
            banner.AppendLine($"  metrics and health on {HttpAddress}");
        }

        banner
            .AppendLine("Try it from another terminal:")
            .AppendLine($"  echo hello | kcat -b {Address} -t greetings -P")
            .AppendLine($"  kcat -b {Address} -t greetings -C -e")
            .AppendLine($"  dotnet run --project src/ActorBroker.Cli -- topics create orders{elsewhere}");
        if (Place is not null)
        {
            banner.AppendLine($"  dotnet run --project src/ActorBroker.Cli -- cluster describe{elsewhere}");
        }

        return banner.Append("Ctrl+C stops it.").ToString();
    }
}

/// <summary>Where a broker is a member of a cluster of several processes.</summary>
/// <param name="Folder">What they share.</param>
/// <param name="Peers">The others that are there, each with its address where that is known.</param>
internal sealed record ClusterPlace(string Folder, IReadOnlyList<string> Peers);
