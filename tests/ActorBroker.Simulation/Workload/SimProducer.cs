using System.Buffers.Binary;
using ActorBroker.Records;
using ActorBroker.Simulation.Cluster;

namespace ActorBroker.Simulation.Workload;

/// <summary>How a producer wants its records kept.</summary>
internal enum ProducerKind
{
    /// <summary>acks=1, sent once.</summary>
    Leader,

    /// <summary>acks=all, sent again until it is acknowledged: it may be stored twice.</summary>
    All,

    /// <summary>acks=all with sequence numbers, several on the way.</summary>
    Idempotent,
}

/// <summary>
/// Writes numbered records to one partition. Batches of a connection keep their order; after a failure there is a new
/// connection, on which everything that was not acknowledged goes out again, in order.
/// </summary>
internal sealed class SimProducer(SimCluster cluster, int number, ProducerKind kind, string topic, int index)
{
    private const int PatienceUs = 350_000;
    private const int BackoffUs = 30_000;

    private readonly World _world = cluster.World;
    private readonly List<Batch> _pending = [];
    private readonly ClientView _view = new(cluster, topic);
    private Connection? _connection;
    private Guid _topicId;
    private long _producerId;
    private int _nextSequence;
    private int _life;
    private long _nextRecord;
    private bool _hasFirst;
    private int _outOfOrder;

    /// <summary>Batches acknowledged so far.</summary>
    public int Acknowledged { get; private set; }

    public bool IsStopped { get; set; }

    /// <summary>Nothing waits for an answer.</summary>
    public bool IsIdle => _pending.Count == 0;

    public string Name => $"producer {number} ({kind}) of {topic}-{index}";

    /// <summary>For a failure's message: what waits, how often it was sent, and the last answer.</summary>
    public string Pending => string.Join(", ", _pending.Select(batch => $"sent {batch.Attempts} times: {batch.Last}"));

    private int InFlightMax => kind == ProducerKind.Idempotent && _hasFirst ? 4 : 1;

    public void Start() => _world.After(_world.Random.Next(20_000), Beat);

    private void Beat()
    {
        Work();
        _world.After(_world.Random.Between(8_000, 60_000), Beat);
    }

    private void Work()
    {
        if (_view.TopicId is not { } topicId || _view.PartitionCount <= index)
        {
            _view.Refresh();
            return;
        }

        if (topicId != _topicId)
        {
            // Another topic of the same name: whatever was on its way to the old one has gone with it.
            _topicId = topicId;
            BeginAnew();
        }

        if (!IsStopped && _pending.Count < InFlightMax && (_pending.Count == 0 || _connection is not null))
        {
            var batch = Make();
            _pending.Add(batch);
            Send(batch);
        }
    }

    /// <summary>
    /// The leader does not know what came before, since it has forgotten this producer's batches with the records that
    /// were deleted, or all but the last. As clients do, it goes on as another producer (KIP-360).
    /// </summary>
    private void BeginAnew()
    {
        _pending.Clear();
        _connection = null;
        _producerId = (number * 1000) + ++_life;
        (_nextSequence, _hasFirst, _outOfOrder) = (0, false, 0);
    }

    private Batch Make()
    {
        var count = _world.Random.Between(1, 3);
        using var builder = new RecordBatchBuilder();
        for (var i = 0; i < count; i++)
        {
            var value = new byte[_world.Random.Between(8, 160)];
            BinaryPrimitives.WriteInt64BigEndian(value, (_producerId << 32) + _nextRecord++);
            builder.Append(_world.NowMs, key: null, value);
        }

        var isIdempotent = kind == ProducerKind.Idempotent;
        var records = builder.Build(new RecordBatchOptions
        {
            ProducerId = isIdempotent ? _producerId : -1,
            ProducerEpoch = (short)(isIdempotent ? 0 : -1),
            BaseSequence = isIdempotent ? _nextSequence : -1,
        }).ToArray();
        _nextSequence += count;
        return new Batch(records);
    }

    private void Send(Batch batch)
    {
        var leader = _view.LeaderOf(index);
        if (leader < 0)
        {
            if (_connection is null)
            {
                Fail(_connection = new Connection(0));
            }

            return;
        }

        var connection = _connection ??= new Connection(leader);
        var broker = cluster.Broker(connection.Broker);
        var attempt = ++batch.Attempts;
        _world.After(PatienceUs, () =>
        {
            if (batch.Attempts == attempt && _pending.Contains(batch))
            {
                Fail(connection);
            }
        });
        if (connection.IsBroken || cluster.Network.IsCut(Network.Client, broker.Id) ||
            _world.Random.Chance(cluster.Network.DropRate))
        {
            connection.IsBroken = true;
            return;
        }

        connection.LastArrivalUs = Math.Max(
            connection.LastArrivalUs + 1, _world.NowUs + _world.Random.Between(50, 3_000));
        var acks = (short)(kind == ProducerKind.Leader ? 1 : -1);
        var topicId = _topicId;
        broker.Receive(connection.LastArrivalUs - _world.NowUs, () =>
        {
            void Answer(ErrorCode error, long baseOffset) =>
                cluster.Network.Answer(broker.Id, () => Answered(connection, batch, error));

            // Each request has its own buffer: the leader writes offset and epoch into it.
            var call = new ProduceCall([.. batch.Records], acks, Answer);
            if (broker.Replica(topicId, index) is { } replica)
            {
                replica.Post(call);
            }
            else
            {
                Answer(ErrorCode.NotLeaderOrFollower, -1);
            }
        });
    }

    private void Answered(Connection connection, Batch batch, ErrorCode error)
    {
        if (connection != _connection || !_pending.Contains(batch))
        {
            return;
        }

        batch.Last = error;
        if (error == ErrorCode.OutOfOrderSequenceNumber && batch == _pending[0] && ++_outOfOrder > 20)
        {
            BeginAnew();
            return;
        }

        if (error is ErrorCode.None or ErrorCode.DuplicateSequenceNumber)
        {
            _pending.Remove(batch);
            (_hasFirst, _outOfOrder) = (true, 0);
            Acknowledged++;
        }
        else
        {
            Fail(connection);
        }
    }

    /// <summary>The connection is done for; on the next one everything goes out again.</summary>
    private void Fail(Connection connection)
    {
        if (connection != _connection)
        {
            return;
        }

        _connection = null;
        _view.Refresh();
        if (kind == ProducerKind.Leader)
        {
            _pending.Clear();
            return;
        }

        var topicId = _topicId;
        _world.After(BackoffUs, () =>
        {
            if (_connection is null && topicId == _topicId)
            {
                SendAgain();
            }
        });
    }

    private void SendAgain()
    {
        if (_view.LeaderOf(index) < 0)
        {
            Fail(_connection = new Connection(0));
            return;
        }

        foreach (var batch in _pending.ToArray())
        {
            Send(batch);
        }
    }

    private sealed class Batch(byte[] records)
    {
        public byte[] Records { get; } = records;

        public int Attempts { get; set; }

        public ErrorCode Last { get; set; }
    }

    private sealed class Connection(int broker)
    {
        public int Broker { get; } = broker;

        public long LastArrivalUs { get; set; }

        public bool IsBroken { get; set; }
    }
}
