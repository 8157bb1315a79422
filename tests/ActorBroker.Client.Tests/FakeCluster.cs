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
    private readonly Dictionary<long, (short Epoch, int Next)> _producers = [];
    private readonly Lock _gate = new();
    private KafkaException? _answerInstead;
    private long _producerIds;

    /// <summary>The values of the stored records, in order.</summary>
    public List<int> Stored { get; } = [];

    public int Lookups { get; private set; }

    /// <summary>What the next search for the leader throws.</summary>
    public Exception? FailNextLookup { get; set; }

    public int UnderWayMax { get; private set; }

    private int UnderWay { get; set; }

    /// <summary>The next attempt that is not told otherwise ends so, without being stored.</summary>
    public void RefuseNext(KafkaException failure) =>
        _faults.Enqueue(() => Task.FromResult<ProduceOutcome?>(ProduceOutcome.Failed(failure)));

    /// <summary>The next attempt is stored, and its answer is lost, or is another one.</summary>
    public void LoseNextAnswer(KafkaException? instead = null) => _faults.Enqueue(() =>
    {
        _answerInstead = instead ?? new ConnectionFailedException("The answer is lost.");
        return Task.FromResult<ProduceOutcome?>(null);
    });

    /// <summary>The next attempt goes as it should.</summary>
    public void PassNext() => HoldNext().SetResult();

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
        if (FailNextLookup is { } failure)
        {
            FailNextLookup = null;
            throw failure;
        }

        return Task.FromResult<IProduceRoute>(new Route(this));
    }

    public bool ForgetLeader(string topic, int partition, IProduceRoute? route) => false;

    /// <summary>The epoch in which the next identity begins.</summary>
    public short FirstEpoch { get; set; }

    public Task<ProducerIdentity> IdentityAsync(long? wornOut, CancellationToken cancel)
    {
        _producerIds = wornOut is null ? Math.Max(_producerIds, 1) : wornOut.Value + 1;
        return Task.FromResult(new ProducerIdentity(_producerIds, wornOut is null ? FirstEpoch : (short)0));
    }

    /// <summary>The partition forgets all producers, as when their time is over.</summary>
    public void ForgetProducers() => _faults.Enqueue(() =>
    {
        _producers.Clear();
        return Task.FromResult<ProduceOutcome?>(Refused(ErrorCode.UnknownProducerId));
    });

    /// <summary>The most records that a batch may have.</summary>
    public int BatchRecordsMax { get; set; } = int.MaxValue;

    /// <summary>The ids, epochs and first sequences of the stored batches.</summary>
    public List<(long Id, short Epoch, int Sequence)> Numbers { get; } = [];

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
                return ProduceOutcome.Failed(_answerInstead!);
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
            if (header.RecordCount > BatchRecordsMax)
            {
                return Refused(ErrorCode.MessageTooLarge);
            }

            if (header.HasProducerId)
            {
                // As of real brokers: the first batch of a producer that is not known is taken at any sequence.
                var known = _producers.GetValueOrDefault(
                    header.ProducerId, (Epoch: header.ProducerEpoch, Next: header.BaseSequence));
                var expected = header.ProducerEpoch > known.Epoch ? 0 : known.Next;
                if (header.ProducerEpoch < known.Epoch)
                {
                    return Refused(ErrorCode.InvalidProducerEpoch);
                }

                if (header.BaseSequence < expected)
                {
                    return Refused(ErrorCode.DuplicateSequenceNumber);
                }

                if (header.BaseSequence > expected)
                {
                    return Refused(ErrorCode.OutOfOrderSequenceNumber);
                }

                _producers[header.ProducerId] = (header.ProducerEpoch, header.BaseSequence + header.RecordCount);
                Numbers.Add((header.ProducerId, header.ProducerEpoch, header.BaseSequence));
            }

            var baseOffset = Stored.Count;
            using var plain = new PooledBufferWriter();
            Assert.Equal(DecompressionResult.Ok, Compression.Decompress(
                header.Codec, batch.AsSpan(RecordBatchHeader.Size), plain, int.MaxValue));
            var reader = new RecordReader(plain.WrittenSpan, header.RecordCount);
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
            ProduceBatch batch, byte[] header, ReadOnlyMemory<byte> records, CancellationToken cancel) =>
            cluster.ArriveAsync([.. header, .. records.Span]);
    }
}
