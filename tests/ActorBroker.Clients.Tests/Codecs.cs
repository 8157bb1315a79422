namespace ActorBroker.Clients.Tests;

/// <summary>The names of the five compressions, as all clients call them.</summary>
internal static class Codecs
{
    public static IReadOnlyList<string> All { get; } = ["none", "gzip", "snappy", "lz4", "zstd"];
}
