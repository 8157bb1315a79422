// Fault budget. Any process may crash, stand still, or stop and start at any time; any message may be lost, delayed,
// repeated or overtaken, any way be cut in one direction; any call to the catalogue may get lost before or after it
// happened; a broker may be taken for dead while it lives. Disks fill up, slow down, and fail writes and fsyncs. At
// most min.insync.replicas - 1 replicas of a partition (its lowest setting counts) lose unsynced bytes, with a torn and
// damaged tail, or their whole disk at one time: until the catalogue records such a replica in sync in a later life.
// With flush.messages=1 any number may lose what was not synced. The catalogue never forgets. Within this budget
// nothing that is committed is ever lost, unless unclean elections are allowed and happen.
//
// Narrower than "loses data": where any replica of a partition has lost something, a kill of another one counts too, as
// a start can't tell a kill from a loss of power, and no replica is believed after either (KIP-966). Nor does the
// administrator lower the minimum or the number of replicas below what is suspect then: the promise is that of the
// settings under which the faults happened. And a leader whose fsync failed may write another batch where it takes one
// back that was neither sent nor acknowledged to anybody: invariant 5 is about what two replicas, or a client, can see.
//
// Groups, where a run has them: coordinators over an offsets topic of three replicas, which nobody deletes, cuts or
// grows. Their offsets are committed without members, in topics that are names only and always there, and nothing
// expires. A commit that its client gave up on, and that no coordinator has begun with, is not begun with any more, as
// on a closed connection: else it could set the offset back after a later one. A coordinator that was deposed and does
// not know it yet may tell clients what was true in its time. Not simulated: members, transactions, compaction (the log
// is read from its first record on), clock jumps.
using ActorBroker.Records;
using ActorBroker.Simulation.Checking;
using ActorBroker.Simulation.Cluster;
using ActorBroker.Simulation.Faults;
using ActorBroker.Simulation.Groups;
using ActorBroker.Simulation.Workload;

namespace ActorBroker.Simulation;

/// <summary>What a run did.</summary>
internal sealed record SimulationResult(
    ulong Seed, long Steps, ulong Fingerprint, int Acknowledged, long Committed, int GroupCommits);

/// <summary>One run: a faulty part, a healing, and the checks of the end.</summary>
internal sealed class SimulationRun
{
    private const long HealUsMax = 20_000_000;

    private readonly World _world;
    private readonly SimCluster _cluster;
    private readonly FaultInjector _faults;
    private readonly List<SimProducer> _producers = [];
    private readonly List<SimConsumer> _consumers = [];
    private readonly List<SimCommitter> _committers = [];
    private SimOffsetReader? _reader;

    private SimulationRun(ulong seed, Canary canary, Action<string>? listener, bool hasGroups)
    {
        _world = new World(seed, canary, listener);
        _cluster = new SimCluster(_world, hasGroups);
        _faults = new FaultInjector(_cluster);
    }

    /// <summary>Runs a seed to its end; with groups and without they are two different runs.</summary>
    /// <exception cref="SimulationFailure">An invariant does not hold.</exception>
    public static SimulationResult Run(
        ulong seed, Canary canary = Canary.None, Action<string>? listener = null, bool hasGroups = true)
    {
        var run = new SimulationRun(seed, canary, listener, hasGroups);
        try
        {
            return run.Run();
        }
        catch (Exception error) when (error is not SimulationFailure)
        {
            throw new SimulationFailure(run._world, Trace.Everybody, $"{error.GetType().Name}: {error.Message}", error);
        }
    }

    private SimulationResult Run()
    {
        foreach (var broker in _cluster.Brokers)
        {
            broker.Start();
        }

        _world.RunUntil(200_000);
        foreach (var plan in _cluster.Scenario.AllTopics)
        {
            _cluster.TryCreate(plan);
        }

        StartClients();
        _faults.Start();
        _world.RunUntil(_world.NowUs + _cluster.Scenario.FaultyUs);
        _faults.Heal();
        Settle();
        CheckEnd();
        return new SimulationResult(
            _world.Seed,
            _world.Steps,
            _world.Trace.Fingerprint,
            _producers.Sum(producer => producer.Acknowledged),
            _cluster.Ledgers.Sum(ledger => ledger.CommittedEnd),
            _committers.Sum(committer => committer.Acknowledged));
    }

    private void StartClients()
    {
        var number = 0;
        foreach (var plan in _cluster.Scenario.Topics)
        {
            for (var index = 0; index < plan.Partitions; index++)
            {
                foreach (var kind in Enum.GetValues<ProducerKind>())
                {
                    var producer = new SimProducer(_cluster, ++number, kind, plan.Name, index);
                    producer.Start();
                    _producers.Add(producer);
                }

                var consumer = new SimConsumer(_cluster, ++number, plan.Name, index);
                consumer.Start();
                _consumers.Add(consumer);
            }
        }

        new Administrator(_cluster).Start();
        if (_cluster.Scenario.OffsetsTopic is not null)
        {
            StartGroups();
        }
    }

    private void StartGroups()
    {
        var keys = new List<CommittedKey>();
        foreach (var group in (string[])["g0", "g1", "g2"])
        {
            for (var index = 0; index < CommittedTopics.Partitions; index++)
            {
                keys.Add(new CommittedKey(_world, _cluster, group, new TopicPartition(CommittedTopics.Topic, index)));
            }
        }

        foreach (var key in keys)
        {
            var committer = new SimCommitter(_cluster, key);
            committer.Start();
            _committers.Add(committer);
        }

        _reader = new SimOffsetReader(_cluster, keys);
        _reader.Start();
    }

    /// <summary>Everybody makes progress again; then the producers rest, and the replicas become the same.</summary>
    private void Settle()
    {
        // Nobody may live at first, and then there is nowhere to make a topic again.
        WaitUntil(_world.NowUs + HealUsMax, () => _cluster.Scenario.AllTopics.All(_cluster.TryCreate));
        var before = _producers.ToDictionary(producer => producer, producer => producer.Acknowledged);
        var committed = _committers.ToDictionary(committer => committer, committer => committer.Acknowledged);
        var untilUs = _world.NowUs + HealUsMax;
        WaitUntil(untilUs, () => _producers.All(producer => producer.Acknowledged > before[producer]) &&
            _committers.All(committer => committer.Acknowledged > committed[committer]));
        foreach (var producer in _producers)
        {
            if (producer.Acknowledged <= before[producer])
            {
                throw new SimulationFailure(
                    _world, Trace.Everybody, $"{producer.Name} makes no progress in the end: {producer.Pending}");
            }

            producer.IsStopped = true;
        }

        foreach (var committer in _committers)
        {
            if (committer.Acknowledged <= committed[committer])
            {
                throw new SimulationFailure(
                    _world, Trace.Everybody, $"(10) {committer.Key} is not committed in the end: {committer.Last}");
            }

            committer.IsStopped = true;
        }

        WaitUntil(untilUs, () => _producers.All(producer => producer.IsIdle) && _consumers.All(HasReadAll) &&
            _committers.All(committer => committer.IsIdle) &&
            _cluster.Brokers.All(broker => broker is { IsMember: true, IsDraining: false }) &&
            Live().All(ledger => ledger.IsHealed));
        if (_reader is not null)
        {
            _reader.AskLast();
            WaitUntil(_world.NowUs + HealUsMax, () => _reader.Last.Count == _committers.Count);
        }
    }

    private IEnumerable<Checking.PartitionLedger> Live() => _cluster.Ledgers.Where(ledger => !ledger.IsDeleted);

    private bool HasReadAll(SimConsumer consumer) =>
        Live().FirstOrDefault(ledger => ledger.Name == consumer.PartitionName) is not { WasUnclean: false } ledger ||
        consumer.Position >= ledger.CommittedEnd;

    private void WaitUntil(long untilUs, Func<bool> condition)
    {
        while (!condition() && _world.NowUs < untilUs)
        {
            _world.RunUntil(_world.NowUs + 50_000);
        }
    }

    private void CheckEnd()
    {
        foreach (var ledger in Live())
        {
            ledger.CheckHealed();
        }

        foreach (var producer in _producers.Where(producer => !producer.IsIdle))
        {
            throw new SimulationFailure(
                _world, Trace.Everybody, $"{producer.Name} still waits in the end: {producer.Pending}");
        }

        foreach (var consumer in _consumers.Where(consumer => !HasReadAll(consumer)))
        {
            throw new SimulationFailure(
                _world, Trace.Everybody, $"{consumer.Name} has not read all in the end, but to {consumer.Position}");
        }

        foreach (var key in _committers.Select(committer => committer.Key))
        {
            key.CheckEnd(_reader!.Last.TryGetValue(key, out var offset) ? offset : null);
        }
    }
}
