using System.Collections.Immutable;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Core.Replication;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Cluster;

/// <summary>The ports of a broker that is alone: files in its data directory, and nobody else.</summary>
internal static class LoneCluster
{
    public static ClusterPorts Open(IFileSystem fileSystem, LogDirectory directory) => new(
        directory.ClusterId, FileCatalogue.Open(fileSystem, directory.Path), new Membership(), new Links());

    private sealed class Membership : IMembership
    {
        public event Action? Changed;

        public ImmutableSortedDictionary<int, long> Live { get; private set; } =
            ImmutableSortedDictionary<int, long>.Empty;

        public Task JoinAsync(int brokerId, long brokerEpoch, CancellationToken cancel)
        {
            Live = Live.SetItem(brokerId, brokerEpoch);
            Changed?.Invoke();
            return Task.CompletedTask;
        }

        public Task LeaveAsync()
        {
            Live = Live.Clear();
            Changed?.Invoke();
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Links : IReplicaLinks
    {
        public IReplicaTarget? Target { get; set; }

        public ValueTask<ReplicaAppendResult> AppendAsync(int brokerId, ReplicaAppend append) =>
            ValueTask.FromResult(ReplicaAppendResult.Of(ReplicaAppendStatus.Lost));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
