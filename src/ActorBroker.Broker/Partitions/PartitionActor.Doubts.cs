using ActorBroker.Broker.Replication;
using ActorBroker.Core.Catalogue;
using ActorBroker.Records;

namespace ActorBroker.Broker.Partitions;

// A batch that seems to leave some out may follow on batches that a later leader has, of which this replica has not
// heard: it stood still, or is cut off, and clients that heard of it long ago find it still. A producer takes
// OUT_OF_ORDER_SEQUENCE_NUMBER for the end (librdkafka ends with it), so the catalogue is asked first who leads.
internal sealed partial class PartitionActor
{
    /// <summary>A catalogue that does not answer must not keep a producer from asking elsewhere.</summary>
    private const long DoubtMsMax = 1000;

    // What came before the question under way was put, and what came since. Their producers bound them, as they do those
    // that wait to be committed.
    private readonly Queue<ProduceRequest> _inQuestion = new();
    private readonly Queue<ProduceRequest> _doubted = new();
    private bool _isAsking;

    /// <summary>The catalogue was asked who leads: this is recorded.</summary>
    public void LeadershipTold(long catalogueVersion, PartitionState recorded) =>
        PostControl(new PartitionCommand<bool>(actor => actor.EndDoubts(catalogueVersion, recorded)));

    /// <summary>False where the refusal is certain: there is nobody else who could lead.</summary>
    private bool TryDoubt(ProduceRequest request)
    {
        if (request.IsSure || request.Acks == 0 || request.Incarnation != 0 || _context.Replication.Links is null)
        {
            return false;
        }

        request.IsSure = true;
        request.DeadlineMs = _context.Clock.NowMs + DoubtMsMax;
        _alarm.Arm(request.DeadlineMs);
        _doubted.Enqueue(request);
        Ask();
        return true;
    }

    private void Ask()
    {
        if (_isAsking || _doubted.Count == 0)
        {
            return;
        }

        _isAsking = true;
        while (_doubted.TryDequeue(out var request))
        {
            _inQuestion.Enqueue(request);
        }

        _context.Replication.Propose(new LeadershipQuestion(this));
    }

    private bool EndDoubts(long catalogueVersion, PartitionState recorded)
    {
        _isAsking = false;
        if (catalogueVersion > _catalogueVersion && !_closing)
        {
            Adopt(catalogueVersion, recorded);
        }

        // By now they may be in order, or somebody else's.
        while (_inQuestion.TryDequeue(out var request))
        {
            Stage(request);
        }

        Ask();
        return true;
    }

    private void ExpireDoubts(long nowMs)
    {
        foreach (var waiting in (ReadOnlySpan<Queue<ProduceRequest>>)[_inQuestion, _doubted])
        {
            while (waiting.TryPeek(out var request))
            {
                if (request.DeadlineMs > nowMs)
                {
                    _alarm.Arm(request.DeadlineMs);
                    break;
                }

                waiting.Dequeue().Complete(ErrorCode.NotLeaderOrFollower, "it can't be told who leads");
            }
        }
    }
}
