using ActorBroker.Core.Producers;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.ProducerBatches;

namespace ActorBroker.Core.Tests.Producers;

/// <summary>
/// The table against a model that keeps everything: random producers, epochs, repeats, jumps and sequences near the
/// wrap.
/// </summary>
public class ProducerTableModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Answers_as_the_model_does(int seed)
    {
        var random = new Random(seed);
        var table = new ProducerTable();
        var model = new Dictionary<long, List<RecordBatchHeader>>();
        long nextOffset = 0;
        for (var step = 0; step < 20_000; step++)
        {
            var batch = RandomBatch(random, model);
            var (kind, error, baseOffset) = Expected(model, batch);
            var check = table.Check(in batch);

            Assert.True(kind == check.Kind, $"seed {seed}, step {step}: {batch}, {check}");
            Assert.Equal(error, check.Error);
            if (kind == SequenceKind.Duplicate)
            {
                Assert.Equal(baseOffset, check.BaseOffset);
            }
            else if (kind == SequenceKind.InOrder)
            {
                var stored = batch.At(nextOffset);
                nextOffset = stored.NextOffset;
                table.Append(in stored, nowMs: step);
                History(model, batch.ProducerId).Add(stored);
            }
        }

        Assert.Equal(model.Count, table.Count);
    }

    private static RecordBatchHeader RandomBatch(Random random, Dictionary<long, List<RecordBatchHeader>> model)
    {
        var producerId = random.Next(4);
        var count = random.Next(1, 6);
        if (!model.TryGetValue(producerId, out var history))
        {
            return Batch(int.MaxValue - random.Next(200), count, producerId);
        }

        var last = history[^1];
        var next = RecordBatchHeader.IncrementSequence(last.LastSequence, 1);
        switch (random.Next(10))
        {
            case < 5:
                return Batch(next, count, producerId, last.ProducerEpoch);
            case < 8:
                var repeat = history[^random.Next(1, Math.Min(history.Count, 12) + 1)];
                return Batch(repeat.BaseSequence, repeat.RecordCount, producerId, repeat.ProducerEpoch);
            case 8:
                var near = RecordBatchHeader.IncrementSequence(next, random.Next(30));
                return Batch(near, count, producerId, last.ProducerEpoch);
            default:
                var epoch = (short)Math.Max(0, last.ProducerEpoch + random.Next(-1, 2));
                return Batch(random.Next(2), count, producerId, epoch);
        }
    }

    private static (SequenceKind Kind, ErrorCode Error, long BaseOffset) Expected(
        Dictionary<long, List<RecordBatchHeader>> model, RecordBatchHeader batch)
    {
        if (!model.TryGetValue(batch.ProducerId, out var history))
        {
            return (SequenceKind.InOrder, ErrorCode.None, -1);
        }

        var epoch = history[^1].ProducerEpoch;
        var ofEpoch = history.Where(b => b.ProducerEpoch == epoch).ToList();
        var kept = ofEpoch.TakeLast(5).ToList();
        if (batch.ProducerEpoch < epoch)
        {
            return (SequenceKind.Rejected, ErrorCode.InvalidProducerEpoch, -1);
        }

        if (batch.ProducerEpoch > epoch)
        {
            return batch.BaseSequence == 0
                ? (SequenceKind.InOrder, ErrorCode.None, -1)
                : (SequenceKind.Rejected, ErrorCode.OutOfOrderSequenceNumber, -1);
        }

        var same = kept.FindLast(b => b.BaseSequence == batch.BaseSequence && b.LastSequence == batch.LastSequence);
        if (same != default)
        {
            return (SequenceKind.Duplicate, ErrorCode.None, same.BaseOffset);
        }

        if (batch.BaseSequence == RecordBatchHeader.IncrementSequence(history[^1].LastSequence, 1))
        {
            return (SequenceKind.InOrder, ErrorCode.None, -1);
        }

        var older = ofEpoch.SkipLast(5).SelectMany(Sequences).ToHashSet();
        return Sequences(batch).All(older.Contains)
            ? (SequenceKind.OldDuplicate, ErrorCode.None, kept[0].BaseOffset)
            : (SequenceKind.Rejected, ErrorCode.OutOfOrderSequenceNumber, -1);
    }

    private static IEnumerable<int> Sequences(RecordBatchHeader batch) =>
        Enumerable.Range(0, batch.RecordCount).Select(i => RecordBatchHeader.IncrementSequence(batch.BaseSequence, i));

    private static List<RecordBatchHeader> History(Dictionary<long, List<RecordBatchHeader>> model, long producerId)
    {
        if (!model.TryGetValue(producerId, out var history))
        {
            model.Add(producerId, history = []);
        }

        return history;
    }
}
