using System.Runtime.CompilerServices;
using ActorBroker.Client.Cluster;
using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>The real cluster behind <see cref="IProduceTarget"/>: one line for each connection to a broker.</summary>
internal sealed class ClusterProduceTarget(ClusterClient cluster, ProducerOptions options) : IProduceTarget
{
    private readonly ConditionalWeakTable<BrokerConnection, ProduceLine> _lines = [];
    private readonly Lock _gate = new();
    private Task<ProducerIdentity>? _identity;

    public async Task<IProduceRoute> FindLeaderAsync(string topic, int partition, CancellationToken cancel)
    {
        var connection = await cluster.LeaderAsync(topic, partition, autoCreate: true, cancel).ConfigureAwait(false);
        return _lines.GetValue(connection, each => new ProduceLine(each, cluster, options));
    }

    public bool ForgetLeader(string topic, int partition, IProduceRoute? route) =>
        cluster.ForgetLeader(topic, partition, (route as ProduceLine)?.Address);

    public Task<ProducerIdentity> IdentityAsync(long? wornOut, CancellationToken cancel)
    {
        Task<ProducerIdentity> identity;
        lock (_gate)
        {
            // The partitions share the asking, so none of them alone may cancel it.
            if (_identity is null or { IsCompleted: true, IsCompletedSuccessfully: false }
                || (_identity.IsCompletedSuccessfully && _identity.Result.Id == wornOut))
            {
                _identity = AskIdentityAsync();
            }

            identity = _identity;
        }

        return identity.WaitAsync(cancel);
    }

    private async Task<ProducerIdentity> AskIdentityAsync()
    {
        // Null, not the message's default of an empty text: idempotent only, without transactions.
        var request = new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = int.MaxValue };
        var response = await cluster.AskAnyAsync(
            (connection, cancel) => connection.CallAsync<InitProducerIdRequest, InitProducerIdResponse>(
                request, cancel),
            CancellationToken.None).ConfigureAwait(false);
        return response.ErrorCode == ErrorCode.None
            ? new ProducerIdentity(response.ProducerId, response.ProducerEpoch)
            : throw new BrokerErrorException(response.ErrorCode, "InitProducerId");
    }
}
