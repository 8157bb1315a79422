using ActorBroker.Core.Groups;
using ActorBroker.Core.Tests.Groups.Simulation;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Groups.Classic;

/// <summary>
/// Random lives of a classic group over a network that misbehaves, with a coordinator that restarts. What must hold is
/// checked after each event; when the faults are over, the group must find together. A failure prints its seed: put it
/// into <see cref="One_life_of_a_group"/> to see it again.
/// </summary>
public class ClassicSimulationTests
{
    private const int LivesPerSeed = 500;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void A_group_survives_its_members_its_network_and_its_coordinator(int seed)
    {
        for (var life = 0; life < LivesPerSeed; life++)
        {
            new ClassicLife((seed * LivesPerSeed) + life).Run();
        }
    }

    [Theory]
    [InlineData(1)]
    public void One_life_of_a_group(int seed) => new ClassicLife(seed).Run();

    [Theory]
    [InlineData(Plant.LostRecords, "replays as")]
    [InlineData(Plant.GenerousLeader, "is both")]
    public void A_planted_fault_is_found(Plant plant, string complaint)
    {
        var found = Enumerable.Range(0, LivesPerSeed).Any(seed =>
            Record.Exception(() => new ClassicLife(seed, plant).Run()) is { } failure &&
            failure.Message.Contains(complaint, StringComparison.Ordinal));
        Assert.True(found);
    }

    /// <summary>What a life has that it must not have.</summary>
    public enum Plant
    {
        None,
        LostRecords,
        GenerousLeader,
    }

    private sealed class ClassicLife
    {
        private const int PartitionCount = 7;
        private const int FaultsMs = 60_000;
        private const int SessionMaxMs = 12_000;
        private const int RebalanceMaxMs = 20_000;

        private readonly GroupWorld _world;
        private readonly ClassicLedger _ledger;
        private readonly List<ClassicClient> _clients = [];
        private readonly Plant _plant;

        public ClassicLife(int seed, Plant plant = Plant.None)
        {
            _plant = plant;
            var random = new Random(seed);
            var settings = new GroupSettings { InitialRebalanceDelayMs = random.Next(3) * 1_500 };
            _world = new GroupWorld(seed, settings, new SimulatedTopics(("t", PartitionCount))) { Check = Check };
            _ledger = new ClassicLedger(_world.Trace);
            _world.Coordinator.OnStored = _ledger.Stored;
            if (plant == Plant.LostRecords)
            {
                _world.Coordinator.LosesRecords = () => _world.Chance(0.1);
            }

            var count = random.Next(1, 6);
            for (var i = 0; i < count; i++)
            {
                _clients.Add(NewClient(i));
            }
        }

        public void Run()
        {
            foreach (var client in _clients)
            {
                _world.After(_world.Random.Next(5_000), client.Start);
            }

            _world.After(_world.Random.Next(3_000), Disturb);
            _world.RunFor(FaultsMs);
            _world.Say("the faults are over");
            _world.HasFaults = false;
            _world.RunFor(4 * (SessionMaxMs + RebalanceMaxMs));
            CheckTogether();
        }

        private ClassicClient NewClient(int index)
        {
            var random = _world.Random;
            return new ClassicClient(_world, _ledger, $"c{index}")
            {
                InstanceId = random.Next(3) == 0 ? $"i{index}" : null,
                SessionTimeoutMs = random.Next(6_000, SessionMaxMs),
                RebalanceTimeoutMs = random.Next(5_000, RebalanceMaxMs),
                IsModern = random.Next(4) > 0,
                Protocols = random.Next(3) == 0 ? ["sticky", "range"] : ["range", "sticky"],
                IsGenerous = _plant == Plant.GenerousLeader,
                Partitions = [.. Enumerable.Range(0, PartitionCount).Select(index => new TopicPartition("t", index))],
            };
        }

        private void Disturb()
        {
            if (!_world.HasFaults)
            {
                return;
            }

            var client = _clients[_world.Random.Next(_clients.Count)];
            switch (_world.Random.Next(10))
            {
                case 0 or 1 or 2 when !client.IsRunning:
                    client.Start();
                    break;
                case 0 when client.IsRunning:
                    client.Crash();
                    break;
                case 1 when client.IsRunning:
                    client.Leave();
                    break;
                case 2 or 3:
                    client.Pause(_world.Random.Next(2 * SessionMaxMs));
                    break;
                case 4 or 5:
                    client.JoinAgain();
                    break;
                case 6:
                    _world.Say("the coordinator restarts");
                    _world.Coordinator.Restart();
                    break;
                case 7:
                    _world.Say("the next append fails");
                    _world.Coordinator.FailsNextAppend = true;
                    break;
                case 8 when client.InstanceId is not null:
                    client.Crash();
                    _world.After(_world.Random.Next(3_000), client.Start);
                    break;
                default:
                    break;
            }

            _world.After(_world.Random.Next(4_000), Disturb);
        }

        private void Check()
        {
            _world.RequireAnswersWithin(RebalanceMaxMs);
            if (_world.Chance(0.02))
            {
                CheckReplay();
            }
        }

        /// <summary>A coordinator that replays the log now knows what this one does, as far as it is stored.</summary>
        private void CheckReplay()
        {
            var running = Describe(_world.Coordinator.Machine);
            var replayed = Describe(_world.Coordinator.Replay());
            if (running.State is "Stable" || (running.State is "Empty" && replayed.State is not "Dead"))
            {
                _world.Trace.Require(Show(running) == Show(replayed), $"{Show(running)} replays as {Show(replayed)}");
            }
            else
            {
                _world.Trace.Require(replayed.State is "Stable" or "Empty" or "Dead", $"replays as {Show(replayed)}");
            }
        }

        private void CheckTogether()
        {
            CheckReplay();
            var group = Describe(_world.Coordinator.Machine);
            var running = _clients.Where(client => client.IsRunning).ToList();
            var expected = running.Select(client => client.MemberId).Order(StringComparer.Ordinal).ToList();
            var members = group.Members.Select(member => member.MemberId).Order(StringComparer.Ordinal).ToList();
            var isStuck = running.Exists(client => !client.IsStable) || !expected.SequenceEqual(members);
            _world.Trace.Require(!isStuck, $"the group does not find together: {Show(group)}");
            _world.Trace.Require(
                group.State == (running.Count > 0 ? "Stable" : group.State is "Dead" ? "Dead" : "Empty"), Show(group));
            var generations = running.Select(client => client.Generation).Distinct().Count();
            _world.Trace.Require(generations <= 1, "the members are in several generations");
            var owned = running.SelectMany(client => client.Owned).Select(partition => partition.Partition).Order();
            _world.Trace.Require(
                running.Count == 0 || owned.SequenceEqual(Enumerable.Range(0, PartitionCount)),
                $"owned are {string.Join(',', owned)}");
        }

        private ClassicGroupDescription Describe(GroupCoordinatorMachine machine) =>
            _world.Coordinator.Peek<ClassicGroupDescription>(
                machine, static (asked, turn, reply) => asked.Describe(turn, "g", reply));

        private static string Show(ClassicGroupDescription group)
        {
            var members = group.Members.OrderBy(each => each.MemberId, StringComparer.Ordinal).Select(each =>
                $"{each.MemberId}/{each.InstanceId} {each.Client.ClientId} " +
                $"{Convert.ToHexString(each.Metadata.Span)} {Convert.ToHexString(each.Assignment.Span)}");
            return $"{group.State} {group.ProtocolType} {group.ProtocolName} [{string.Join("; ", members)}]";
        }
    }
}
