using System.Collections.Concurrent;
using ActorBroker.Client.Producing;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>
/// A leader in memory that keeps batches by the rules of an idempotent producer, and that a test tells how to fail.
/// </summary>
internal sealed class FakeCluster : IProduceTarget
{
    private readonly ConcurrentQueue<Func<Task<ProduceOutcome?>>> _faults = new();
    private readonly Dictionary<long, int> _nextSequences = [];
    private readonly Lock _gate = new();
    private long _producerIds;

    /// <summary>The values of the stored records, in order.</summary>
    public List<int> Stored { get; } = [];

    public int Lookups { get; private set; }

    public int UnderWayMax { get; private set; }

    private int UnderWay { get; set; }

    /// <summary>The next attempt that is not told otherwise ends so, without being stored.</summary>
    public void RefuseNext(KafkaException failure) =>
        _faults.Enqueue(() => Task.FromResult<ProduceOutcome?>(ProduceOutcome.Failed(failure)));

    /// <summary>The next attempt is stored, and its answer is lost.</summary>
    public void LoseNextAnswer() => _faults.Enqueue(() => Task.FromResult<ProduceOutcome?>(null));

    /// <summary>The next attempt waits for a signal.</summary>
    public TaskCompletionSource HoldNext()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _faults.Enqueue(async () =>
        {
            await release.Task;
            return ProduceOutcome.Stored(-1);
        });
        return release;
    }

    public Task<IProduceRoute> FindLeaderAsync(string topic, int partition, CancellationToken cancel)
    {
        Lookups++;
        return Task.FromResult<IProduceRoute>(new Route(this));
    }

    public void ForgetLeader(string topic)
    {
    }

    public Task<ProducerIdentity> NewIdentityAsync(CancellationToken cancel) =>
        Task.FromResult(new ProducerIdentity(Interlocked.Increment(ref _producerIds), 0));

    private async Task<ProduceOutcome> ArriveAsync(byte[] batch)
    {
        lock (_gate)
        {
            UnderWay++;
            UnderWayMax = Math.Max(UnderWayMax, UnderWay);
        }

        try
        {
            if (!_faults.TryDequeue(out var fault))
            {
                return Store(batch);
            }

            var told = await fault();
            if (told is null)
            {
                Store(batch);
                return ProduceOutcome.Failed(new ConnectionFailedException("The answer is lost."));
            }

            return told is { IsStored: true } ? Store(batch) : told.Value;
        }
        finally
        {
            lock (_gate)
            {
                UnderWay--;
            }
        }
    }

    private ProduceOutcome Store(byte[] batch)
    {
        lock (_gate)
        {
            Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(batch, out var header));
            if (header.HasProducerId)
            {
                var expected = _nextSequences.GetValueOrDefault(header.ProducerId);
                if (header.BaseSequence < expected)
                {
                    return Refused(ErrorCode.DuplicateSequenceNumber);
                }

                if (header.BaseSequence > expected)
                {
                    return Refused(ErrorCode.OutOfOrderSequenceNumber);
                }

                _nextSequences[header.ProducerId] = header.BaseSequence + header.RecordCount;
            }

            var baseOffset = Stored.Count;
            var reader = new RecordReader(batch.AsSpan(RecordBatchHeader.Size), header.RecordCount);
            while (reader.MoveNext())
            {
                Stored.Add(BitConverter.ToInt32(reader.Value));
            }

            return ProduceOutcome.Stored(baseOffset);
        }
    }

    private static ProduceOutcome Refused(ErrorCode code) =>
        ProduceOutcome.Failed(new BrokerErrorException(code, "Producing"));

    private sealed class Route(FakeCluster cluster) : IProduceRoute
    {
        public bool IsOpen => true;

        public Task<ProduceOutcome> SendAsync(
            string topic, int partition, ReadOnlyMemory<byte> batch, CancellationToken cancel) =>
            cluster.ArriveAsync(batch.ToArray());
    }
}
