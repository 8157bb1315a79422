using ActorBroker.Client.Cluster;
using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>The real cluster behind <see cref="IProduceTarget"/>.</summary>
internal sealed class ClusterProduceTarget(ClusterClient cluster, ProducerOptions options) : IProduceTarget
{
    public async Task<IProduceRoute> FindLeaderAsync(string topic, int partition, CancellationToken cancel) =>
        new Route(
            await cluster.LeaderAsync(topic, partition, autoCreate: true, cancel).ConfigureAwait(false),
            cluster.Options,
            options);

    public void ForgetLeader(string topic) => cluster.Forget(topic);

    public async Task<ProducerIdentity> NewIdentityAsync(CancellationToken cancel)
    {
        var connection = await cluster.AnyAsync(cancel).ConfigureAwait(false);
        // Null, not the message's default of an empty text: idempotent only, without transactions.
        var request = new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = int.MaxValue };
        var response = await connection.CallAsync<InitProducerIdRequest, InitProducerIdResponse>(request, cancel)
            .ConfigureAwait(false);
        return response.ErrorCode == ErrorCode.None
            ? new ProducerIdentity(response.ProducerId, response.ProducerEpoch)
            : throw new BrokerErrorException(response.ErrorCode, "InitProducerId");
    }

    private sealed class Route(BrokerConnection connection, ClientOptions clientOptions, ProducerOptions options)
        : IProduceRoute
    {
        public bool IsOpen => connection.IsOpen;

        public async Task<ProduceOutcome> SendAsync(
            string topic, int partition, ReadOnlyMemory<byte> batch, CancellationToken cancel)
        {
            try
            {
                return await ProduceAsync(topic, partition, batch, cancel).ConfigureAwait(false);
            }
            catch (KafkaException exception)
            {
                return ProduceOutcome.Failed(exception);
            }
        }

        private async Task<ProduceOutcome> ProduceAsync(
            string topic, int partition, ReadOnlyMemory<byte> batch, CancellationToken cancel)
        {
            var version = connection.ChooseVersion<ProduceRequest>();
            var request = new ProduceRequest
            {
                Acks = (short)options.Acks,
                TimeoutMs = (int)clientOptions.RequestTimeout.TotalMilliseconds,
                TopicData = [new() { Name = topic, PartitionData = [new() { Index = partition, Records = batch }] }],
            };
            if (options.Acks == Acks.None)
            {
                await connection.SendAsync(request, version, cancel).ConfigureAwait(false);
                return ProduceOutcome.Stored(-1);
            }

            using var answer = await connection.ExchangeAsync<ProduceRequest, ProduceResponse>(
                request, version, clientOptions.RequestTimeout, cancel).ConfigureAwait(false);
            return Judge(answer.Response, topic, partition);
        }

        private ProduceOutcome Judge(ProduceResponse response, string topic, int partition)
        {
            foreach (var answered in response.Responses)
            {
                foreach (var result in answered.PartitionResponses)
                {
                    if (answered.Name == topic && result.Index == partition)
                    {
                        return result.ErrorCode == ErrorCode.None
                            ? ProduceOutcome.Stored(result.BaseOffset)
                            : ProduceOutcome.Failed(new BrokerErrorException(
                                result.ErrorCode, $"Producing to {topic}-{partition}", result.ErrorMessage));
                    }
                }
            }

            return ProduceOutcome.Failed(new ProtocolViolationException(
                $"{connection.Address} answered a produce without saying what became of {topic}-{partition}."));
        }
    }
}
