using ActorBroker.Client.Cluster;
using ActorBroker.Client.Networking;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>
/// The line in which a producer's batches wait for one broker. A request takes one batch of each partition that is
/// waiting, up to the request's size; while the allowed number of requests is under way, more batches gather.
/// </summary>
/// <remarks>
/// Batches of one partition leave in the order of the calls: a request takes its batches and its place on the
/// connection under one lock.
/// </remarks>
internal sealed class ProduceLine(BrokerConnection connection, ClusterClient cluster, ProducerOptions options)
    : IProduceRoute
{
    private readonly Lock _gate = new();
    private readonly List<WaitingBatch> _waiting = [];
    private readonly short _version = VersionFor(connection, options);
    private int _underWay;

    public bool IsOpen => connection.IsOpen;

    /// <summary>Where it goes.</summary>
    public BrokerAddress Address => connection.Address;

    public Task<ProduceOutcome> SendAsync(
        ProduceBatch batch, byte[] header, ReadOnlyMemory<byte> records, CancellationToken cancel)
    {
        var waiting = new WaitingBatch(batch.Lease(), header, records, cancel);
        lock (_gate)
        {
            _waiting.Add(waiting);
        }

        Pump();
        return waiting.Outcome;
    }

    private static short VersionFor(BrokerConnection connection, ProducerOptions options)
    {
        var version = connection.ChooseVersion<ProduceRequest>();
        var oldest = options.Compression == CompressionCodec.Zstd
            ? ProduceFrame.FirstVersionWithZstd
            : ProduceFrame.FirstVersionWithBatches;
        return version >= oldest
            ? version
            : throw new KafkaException(
                $"The broker at {connection.Address} takes produce requests up to version {version}, and version " +
                $"{oldest} is needed{(options.Compression == CompressionCodec.Zstd ? " for zstd" : "")}.");
    }

    private void Pump()
    {
        while (true)
        {
            List<WaitingBatch> taken;
            Task<ProduceResponse?> exchange;
            lock (_gate)
            {
                taken = _underWay < options.InFlightPerBroker ? TakeRequest() : [];
                if (taken.Count == 0)
                {
                    return;
                }

                _underWay++;
                exchange = ExchangeAsync(taken);
            }

            _ = SettleAsync(taken, exchange);
        }
    }

    private List<WaitingBatch> TakeRequest()
    {
        var taken = new List<WaitingBatch>();
        var kept = 0;
        var bytes = 0L;
        var isFull = false;
        for (var i = 0; i < _waiting.Count; i++)
        {
            var batch = _waiting[i];
            if (batch.Cancel.IsCancellationRequested)
            {
                batch.Drop();
                continue;
            }

            // What stays behind must not be overtaken by a later batch of its partition.
            isFull = isFull
                || (taken.Count > 0 && bytes + batch.SizeInBytes > options.MaxRequestBytes)
                || taken.Count == ProduceFrame.BatchesMax;
            if (isFull || taken.Exists(other => other.IsOfSamePartition(batch)))
            {
                _waiting[kept++] = batch;
                continue;
            }

            bytes += batch.SizeInBytes;
            taken.Add(batch);
        }

        _waiting.RemoveRange(kept, _waiting.Count - kept);
        return taken;
    }

    /// <summary>Sends the request; null where it has no answer.</summary>
    private async Task<ProduceResponse?> ExchangeAsync(List<WaitingBatch> batches)
    {
        var frame = connection.StartFrame(ApiKey.Produce, _version, _version >= ProduceFrame.FirstFlexibleVersion);
        var timeout = cluster.Options.RequestTimeout;
        ProduceFrame.Write(frame, _version, options.Acks, timeout, batches);
        if (options.Acks == Acks.None)
        {
            await connection.SendFrameAsync(frame).ConfigureAwait(false);
            return null;
        }

        using var answer = await connection.ExchangeFrameAsync<ProduceResponse>(
            frame, _version, timeout, CancellationToken.None).ConfigureAwait(false);
        return answer.Response;
    }

    private async Task SettleAsync(List<WaitingBatch> batches, Task<ProduceResponse?> exchange)
    {
        try
        {
            await WatchAsync(batches, exchange).ConfigureAwait(false);
            var response = await exchange.ConfigureAwait(false);
            if (response is not null)
            {
                Learn(response);
                Judge(response, batches);
            }

            foreach (var batch in batches)
            {
                batch.End(response is null ? ProduceOutcome.Stored(-1) : LeftOut(batch));
            }
        }
        catch (KafkaException exception)
        {
            batches.ForEach(batch => batch.End(ProduceOutcome.Failed(exception)));
        }
        catch (Exception exception)
        {
            // Whatever it was, nobody else would tell the senders, and they would wait for ever.
            var failure = new KafkaException($"Producing to {connection.Address}: {exception.Message}", exception);
            batches.ForEach(batch => batch.End(ProduceOutcome.Failed(failure)));
        }
        finally
        {
            lock (_gate)
            {
                _underWay--;
            }

            Pump();
        }
    }

    /// <summary>
    /// A leader that was stopped, or cut off, never answers. Once the cluster has another one, there is nothing to wait
    /// for: what is under way is given up, and goes to the new leader, which knows by its numbers what it has.
    /// </summary>
    private async Task WatchAsync(List<WaitingBatch> batches, Task exchange)
    {
        while (await exchange.IsLateAsync(LateAnswer.Patience, cluster.Options.TimeProvider).ConfigureAwait(false))
        {
            try
            {
                var partitions = batches.Select(each => new TopicPartition(each.Topic, each.Partition));
                if (await cluster.HaveMovedAsync(partitions, Address, CancellationToken.None).ConfigureAwait(false))
                {
                    await connection.DisposeAsync().ConfigureAwait(false);
                }
            }
            catch (KafkaException)
            {
                // Nobody knows now: the answer may still come.
            }
        }
    }

    private void Learn(ProduceResponse response)
    {
        foreach (var topic in response.Responses)
        {
            foreach (var result in topic.PartitionResponses)
            {
                if (result.ErrorCode == ErrorCode.NotLeaderOrFollower && result.CurrentLeader is { } leader &&
                    response.NodeEndpoints.Find(each => each.NodeId == leader.LeaderId) is { } endpoint)
                {
                    cluster.LearnLeader(
                        topic.Name, result.Index, leader.LeaderId, leader.LeaderEpoch,
                        new BrokerAddress(endpoint.Host, endpoint.Port));
                }
            }
        }
    }

    private static void Judge(ProduceResponse response, List<WaitingBatch> batches)
    {
        // Brokers answer in the request's order, so the search begins where the last one ended.
        var next = 0;
        foreach (var topic in response.Responses)
        {
            foreach (var result in topic.PartitionResponses)
            {
                for (var tried = 0; tried < batches.Count; tried++, next++)
                {
                    var batch = batches[next % batches.Count];
                    if (batch.Partition == result.Index && batch.Topic == topic.Name)
                    {
                        batch.End(OutcomeOf(batch, result));
                        next++;
                        break;
                    }
                }
            }
        }
    }

    private static ProduceOutcome OutcomeOf(
        WaitingBatch batch, ProduceResponse.PartitionProduceResponse result) =>
        result.ErrorCode == ErrorCode.None
            ? ProduceOutcome.Stored(result.BaseOffset)
            : ProduceOutcome.Failed(new BrokerErrorException(
                result.ErrorCode, $"Producing to {batch.Topic}-{batch.Partition}", result.ErrorMessage));

    private ProduceOutcome LeftOut(WaitingBatch batch) => ProduceOutcome.Failed(new ProtocolViolationException(
        $"{connection.Address} answered a produce without saying what became of {batch.Topic}-{batch.Partition}."));
}
