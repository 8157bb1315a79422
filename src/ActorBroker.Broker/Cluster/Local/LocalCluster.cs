using System.Net.Sockets;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>The ports of a broker that shares a folder with others on its machine (<c>cluster.dir</c>).</summary>
internal static class LocalCluster
{
    /// <exception cref="DirectoryLockedException">A broker of this id is running already.</exception>
    /// <exception cref="CatalogueException">The folder can't be used, or trusted; the message says what to
    /// do.</exception>
    public static ClusterPorts Open(BrokerConfig config, string clusterDir, BrokerEnvironment environment)
    {
        var folder = Path.GetFullPath(clusterDir);
        try
        {
            return Open(config, environment, folder);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException
            or (IOException and not LogDirectoryException))
        {
            throw new CatalogueException(
                $"The cluster's folder '{folder}' can't be used ({failure.Message.TrimEnd('.')}): make it writable " +
                "for this user, or set another cluster.dir.", failure);
        }
    }

    private static ClusterPorts Open(BrokerConfig config, BrokerEnvironment environment, string folder)
    {
        var (disk, time) = (environment.FileSystem, environment.Time);
        var brokerId = config.Get(BrokerKeys.BrokerId);
        var logger = environment.Loggers.CreateLogger<ClusterPorts>();
        var times = new LeaseTimes(
            TimeSpan.FromMilliseconds(config.Get(BrokerKeys.BrokerHeartbeatIntervalMs)),
            TimeSpan.FromMilliseconds(config.Get(BrokerKeys.BrokerSessionTimeoutMs)));

        // The id first: nothing is done in a broker's name beside another one of that name.
        var membership = LeaseMembership.Open(disk, folder, brokerId, times, time, logger);
        JournalCatalogue? journal = null;
        try
        {
            journal = JournalCatalogue.Open(disk, folder, logger);
            var catalogue = new ClusterCatalogue(journal);
            var clusterId = catalogue.TakeClusterId();
            var links = Listen(
                config.Get(BrokerKeys.ClusterLinkPort),
                port => TcpReplicaLinks.Listen(
                    clusterId, brokerId, id => catalogue.ReadBroker(id)?.ReplicaEndpoint, new LinkLimits(), time,
                    logger, port));
            return new ClusterPorts(clusterId, journal, membership, links)
            {
                ReplicaEndpoint = config.Get(BrokerKeys.ClusterLinkAdvertised) ?? links.Endpoint,
            };
        }
        catch
        {
            journal?.Dispose();
            membership.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    private static TcpReplicaLinks Listen(int port, Func<int, TcpReplicaLinks> listen)
    {
        try
        {
            return listen(port);
        }
        catch (SocketException failure)
        {
            throw new CatalogueException(
                $"cluster.link.port={port} can't be opened on 127.0.0.1 ({failure.Message}): stop the process that " +
                "has it, or set another port; 0 takes any free one.", failure);
        }
    }
}
