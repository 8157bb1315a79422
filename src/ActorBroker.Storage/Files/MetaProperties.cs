using System.Globalization;

namespace ActorBroker.Storage.Files;

/// <summary>The <c>meta.properties</c> file: which cluster and broker a data folder belongs to.</summary>
internal sealed record MetaProperties(string ClusterId, Guid DirectoryId)
{
    private const string Name = "meta.properties";
    private const string ClusterKey = "cluster.id";
    private const string NodeKey = "node.id";
    private const string BrokerKey = "broker.id";
    private const string DirectoryKey = "directory.id";

    /// <summary>Checks a stored identity, or stores one.</summary>
    /// <exception cref="LogDirectoryException">The folder belongs to another cluster or broker.</exception>
    public static MetaProperties Reconcile(IFileSystem files, string folder, string? clusterId, int brokerId)
    {
        var path = Path.Combine(folder, Name);
        var stored = Parse(AtomicFile.ReadText(files, path));
        var storedCluster = stored.GetValueOrDefault(ClusterKey);
        if (storedCluster is not null && clusterId is not null && storedCluster != clusterId)
        {
            throw new LogDirectoryException(
                $"The data folder '{folder}' belongs to cluster {storedCluster}, not {clusterId}: "
                + "set another log.dirs, or join the right cluster.");
        }

        var storedBroker = stored.GetValueOrDefault(NodeKey) ?? stored.GetValueOrDefault(BrokerKey);
        var broker = brokerId.ToString(CultureInfo.InvariantCulture);
        if (storedBroker is not null && storedBroker != broker)
        {
            throw new LogDirectoryException(
                $"The data folder '{folder}' belongs to broker {storedBroker}, not {broker}: "
                + "set another log.dirs, or the right broker.id.");
        }

        var identity = new MetaProperties(
            storedCluster ?? clusterId ?? PartitionMetadata.Encode(Guid.NewGuid()),
            PartitionMetadata.Decode(stored.GetValueOrDefault(DirectoryKey) ?? "") ?? Guid.NewGuid());
        var text = $"""
            version=1
            {ClusterKey}={identity.ClusterId}
            {NodeKey}={broker}
            {DirectoryKey}={PartitionMetadata.Encode(identity.DirectoryId)}

            """.ReplaceLineEndings("\n");
        if (storedCluster is null || storedBroker is null || !stored.ContainsKey(DirectoryKey))
        {
            AtomicFile.Write(files, path, text);
        }

        return identity;
    }

    private static Dictionary<string, string> Parse(string? text)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text?.Split('\n') ?? [])
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] is not ('#' or '!'))
            {
                properties[line[..equals].Trim()] = line[(equals + 1)..].Trim();
            }
        }

        return properties;
    }
}
