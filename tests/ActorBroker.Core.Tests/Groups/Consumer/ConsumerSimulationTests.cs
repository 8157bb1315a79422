using ActorBroker.Assignors;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Core.Tests.Groups.Simulation;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Groups.Consumer;

/// <summary>
/// Random lives of a KIP-848 group, alone and with members of the classic protocol that come and go, so that the group
/// migrates both ways. After each event: no partition has two owners among those who are in the group, epochs only
/// grow, and the log replays to the state that runs. When the faults are over, everybody gets together. A failure
/// prints its seed: put it into <see cref="One_life_of_a_group"/> to see it again.
/// </summary>
public sealed class ConsumerSimulationTests
{
    private const int LivesPerSeed = 250;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    [InlineData(7, true)]
    [InlineData(8, true)]
    public void A_group_survives_its_members_its_network_its_topics_and_its_coordinator(int seed, bool migrates)
    {
        for (var life = 0; life < LivesPerSeed; life++)
        {
            new ConsumerLife((seed * LivesPerSeed) + life, migrates).Run();
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    public void One_life_of_a_group(int seed, bool migrates) => new ConsumerLife(seed, migrates).Run();

    private sealed class ConsumerLife
    {
        private const int FaultsMs = 60_000;
        private const int CalmMs = 90_000;
        private const int QuietMs = 30_000;

        private readonly GroupWorld _world;
        private readonly bool _migrates;
        private readonly bool _isEager;
        private readonly List<SimulatedMember> _members = [];
        private readonly Dictionary<string, (int Partitions, int Incarnation)> _topics = new()
        {
            ["t"] = (5, 0),
            ["u"] = (2, 0),
        };

        private readonly Dictionary<int, long> _committed = [];
        private ScenarioTopics _view = new();
        private bool _ownedChanged;
        private int _storedEpoch;

        public ConsumerLife(int seed, bool migrates)
        {
            _migrates = migrates;
            var settings = new GroupSettings
            {
                InitialRebalanceDelayMs = 500,
                ConsumerSessionTimeoutMs = 5_000,
                ConsumerHeartbeatIntervalMs = 1_000,
            };
            _view = View();
            _world = new GroupWorld(seed, settings, _view) { Check = Check };
            _world.Coordinator.OnStored = OnStored;
            _isEager = _world.Chance(0.4);
            var count = _world.Random.Next(1, 6);
            for (var index = 0; index < count; index++)
            {
                _members.Add(migrates && _world.Chance(0.6) ? NewOld(index) : NewModern(index));
            }
        }

        private IEnumerable<SimulatedMember> Running => _members.Where(static member => member.IsRunning);

        public void Run()
        {
            foreach (var member in _members)
            {
                _world.After(_world.Random.Next(5_000), member.Start);
            }

            _world.After(_world.Random.Next(3_000), Disturb);
            _world.RunFor(FaultsMs);
            _world.Say("the faults are over");
            _world.HasFaults = false;
            _world.RunFor(CalmMs);
            var errors = _members.Sum(static member => member.LateErrors);
            _world.RunFor(QuietMs);
            _world.Trace.Require(errors == _members.Sum(static member => member.LateErrors), "the errors never end");
            CheckReplay();
            CheckTogether();
            CheckCommits();
        }

        private ModernMember NewModern(int index)
        {
            var random = _world.Random;
            return new ModernMember(_world, $"m{index}")
            {
                InstanceId = random.Next(3) == 0 ? $"i{index}" : null,
                HasOwnId = random.Next(4) > 0,
                RevokeMaxMs = random.Next(4) switch { 0 => 0, 1 => 12_000, _ => 2_000 },
                Assignor = random.Next(3) switch { 0 => "range", 1 => "uniform", _ => null },
                Topics = _migrates ? ["t"] : SomeTopics(),
                OnOwnedChanged = OnOwnedChanged,
            };
        }

        private OldMember NewOld(int index) => new(_world, $"o{index}", () => _view)
        {
            Assignor = _isEager ? PartitionAssignors.Range : PartitionAssignors.CooperativeSticky,
            OnOwnedChanged = OnOwnedChanged,
        };

        private List<string> SomeTopics() => _world.Random.Next(4) switch
        {
            0 => ["t", "u"],
            1 => ["u"],
            2 => ["t", "v"],
            _ => ["t"],
        };

        private void OnOwnedChanged() => _ownedChanged = true;

        private void Disturb()
        {
            if (!_world.HasFaults)
            {
                return;
            }

            var member = _members[_world.Random.Next(_members.Count)];
            switch (_world.Random.Next(13))
            {
                case 0 or 1 or 2 or 3 when !member.IsRunning:
                    member.Start();
                    break;
                case 0 when member.IsRunning:
                    member.Crash();
                    break;
                case 1 or 2 when member.IsRunning:
                    member.Leave();
                    _world.After(_world.Random.Next(4_000), member.Start);
                    break;
                case 4 or 5:
                    member.Pause(_world.Random.Next(9_000));
                    break;
                case 6 or 7:
                    _world.Say("the coordinator restarts");
                    _world.Coordinator.Restart();
                    break;
                case 8:
                    _world.Say("the next append fails");
                    _world.Coordinator.FailsNextAppend = true;
                    break;
                case 9 or 10:
                    ChangeTopics();
                    break;
                case 11 when !_migrates && member is ModernMember modern && modern.IsRunning:
                    modern.Subscribe(
                        _world.Chance(0.3) ? [] : SomeTopics(), _world.Chance(0.5) ? "[tu]" : "v|w.*");
                    break;
                default:
                    Commit(member);
                    break;
            }

            _world.After(_world.Random.Next(2_500), Disturb);
        }

        private void ChangeTopics()
        {
            var name = _migrates ? "t" : new[] { "t", "u", "v", "w" }[_world.Random.Next(4)];
            var (partitions, incarnation) = _topics.GetValueOrDefault(name);
            _topics[name] = partitions == 0 || _migrates || _world.Chance(0.6)
                ? (Math.Min(partitions + 1, 9), incarnation)
                : (0, incarnation + 1);
            _world.Say($"{name} has {_topics[name].Partitions} partitions now");
            _view = View();
            _world.Coordinator.ChangeTopics(_view);
        }

        private ScenarioTopics View() => new(_topics.Where(static topic => topic.Value.Partitions > 0)
            .Select(static topic => new GroupTopic(
                ScenarioTopics.IdOf(topic.Key, topic.Value.Incarnation), topic.Key, topic.Value.Partitions, [])));

        private void Commit(SimulatedMember member)
        {
            var epoch = member is ModernMember modern ? modern.Epoch : ((OldMember)member).Generation;
            var partition = member.Owned.Where(static each => each.Topic == ScenarioTopics.IdOf("t"))
                .Select(static each => each.Partition).DefaultIfEmpty(-1).First();
            if (partition < 0 || !_migrates)
            {
                return;
            }

            var offset = _world.NowMs;
            var command = new CommitCommand(
                "g",
                new MemberName(member.MemberId, null),
                epoch,
                IsModern: true,
                -1,
                [new OffsetToCommit(new TopicPartition("t", partition), offset, -1, null)]);
            _world.Coordinator.Ask<IReadOnlyList<ErrorCode>>(
                $"{member.Name} commits",
                (machine, turn, reply) => machine.Commit(turn, command, reply),
                errors =>
                {
                    if (errors[0] == ErrorCode.None)
                    {
                        _committed[partition] = offset;
                    }
                });
        }

        private void CheckCommits()
        {
            foreach (var (partition, offset) in _committed)
            {
                var fetch = new FetchOffsetsCommand("g", null, -1, [new TopicPartition("t", partition)], false);
                var found = _world.Coordinator.Peek<FetchOffsetsResult>(
                    _world.Coordinator.Machine, (machine, turn, reply) => machine.FetchOffsets(turn, fetch, reply));
                _world.Trace.Require(
                    found.Offsets[0].Committed?.Offset == offset, $"the offset {offset} of {partition} is lost");
            }
        }

        private void OnStored(IReadOnlyList<GroupRecord> records)
        {
            foreach (var record in records)
            {
                if (record.Key is ConsumerGroupMetadataKey)
                {
                    var epoch = ((ConsumerGroupMetadataValue?)record.Value)?.Epoch ?? 0;
                    _world.Trace.Require(
                        record.Value is null || epoch >= _storedEpoch, $"epoch {epoch} after {_storedEpoch}");
                    _storedEpoch = epoch;
                }
            }
        }

        private void Check()
        {
            _world.RequireAnswersWithin(20_000);
            if (_ownedChanged)
            {
                _ownedChanged = false;
                CheckOwners();
            }

            if (_world.Chance(0.02))
            {
                CheckReplay();
            }
        }

        /// <summary>
        /// Of those who are in the group no two own a partition. Who was put out owns without a right.
        /// </summary>
        private void CheckOwners()
        {
            var group = DescribeConsumer(_world.Coordinator.Machine);
            if (group.Error != ErrorCode.None)
            {
                CheckClassicOwners();
                return;
            }

            var members = group.Members.Select(static member => member.MemberId).ToHashSet();
            CheckOwners(Running.Where(member => members.Contains(member.MemberId)));
            var assigned = group.Members.SelectMany(static member => member.Assignment)
                .SelectMany(static each => each.Partitions.Select(partition => (each.TopicId, partition))).ToList();
            _world.Trace.Require(assigned.Count == assigned.Distinct().Count(), $"twice assigned: {Show(group)}");
        }

        private void CheckClassicOwners()
        {
            var members = DescribeClassic(_world.Coordinator.Machine).Members.Select(static each => each.MemberId)
                .ToHashSet();
            foreach (var generation in Running.OfType<OldMember>().Where(member => members.Contains(member.MemberId))
                .GroupBy(static member => member.Generation))
            {
                CheckOwners(generation);
            }
        }

        private void CheckOwners(IEnumerable<SimulatedMember> members)
        {
            var owners = new Dictionary<(Guid Topic, int Partition), string>();
            foreach (var member in members)
            {
                foreach (var partition in member.Owned)
                {
                    _world.Trace.Require(
                        owners.TryAdd(partition, member.Name),
                        $"{partition} is {owners[partition]}'s and {member.Name}'s: " +
                        Show(DescribeConsumer(_world.Coordinator.Machine)));
                }
            }
        }

        private void CheckReplay()
        {
            var replayed = _world.Coordinator.Replay(isCompacted: _world.Chance(0.5));
            var running = DescribeConsumer(_world.Coordinator.Machine);
            var again = DescribeConsumer(replayed);
            _world.Trace.Require(Show(running) == Show(again), $"{Show(running)}\nreplays as {Show(again)}");
        }

        private void CheckTogether()
        {
            var running = Running.ToList();
            if (running.Count == 0)
            {
                return;
            }

            var group = DescribeConsumer(_world.Coordinator.Machine);
            var isModern = running.Exists(static member => member is ModernMember);
            var state = isModern ? group.State : DescribeClassic(_world.Coordinator.Machine).State;
            _world.Trace.Require(state == "Stable", $"{state}: {Show(group)}");
            CheckOwners(running);
            var owned = running.SelectMany(static member => member.Owned).ToHashSet();
            var wanted = running.SelectMany(Wanted).ToHashSet();
            _world.Trace.Require(owned.SetEquals(wanted), $"{owned.Count} of {wanted.Count} owned: {Show(group)}");
            if (isModern)
            {
                var members = group.Members.Select(static member => member.MemberId).Order(StringComparer.Ordinal);
                _world.Trace.Require(
                    members.SequenceEqual(running.Select(static each => each.MemberId).Order(StringComparer.Ordinal)),
                    Show(group));
            }
        }

        private IEnumerable<(Guid Topic, int Partition)> Wanted(SimulatedMember member)
        {
            var names = member is ModernMember modern
                ? _view.Names.Where(name => modern.Topics.Contains(name) || modern.Regex switch
                {
                    "[tu]" => name is "t" or "u",
                    null => false,
                    _ => name is "v" or "w",
                })
                : ["t"];
            return names.Select(_view.Find).OfType<GroupTopic>().SelectMany(static topic =>
                Enumerable.Range(0, topic.PartitionCount).Select(partition => (topic.Id, partition)));
        }

        private ConsumerGroupDescription DescribeConsumer(GroupCoordinatorMachine machine) =>
            _world.Coordinator.Peek<ConsumerGroupDescription>(
                machine, static (asked, turn, reply) => asked.DescribeConsumer(turn, "g", reply));

        private ClassicGroupDescription DescribeClassic(GroupCoordinatorMachine machine) =>
            _world.Coordinator.Peek<ClassicGroupDescription>(
                machine, static (asked, turn, reply) => asked.Describe(turn, "g", reply));

        private static string Show(ConsumerGroupDescription group)
        {
            var members = group.Members.Select(static each =>
                $"{each.MemberId}/{each.InstanceId} {(each.IsClassic ? "classic " : "")}in {each.MemberEpoch} wants " +
                $"{string.Join(',', each.TopicNames)} {each.TopicRegex} " +
                $"has {Show(each.Assignment)} of {Show(each.Target)}");
            return $"{group.State} {group.GroupEpoch}/{group.AssignmentEpoch} {group.AssignorName}\n  " +
                string.Join("\n  ", members);
        }

        private static string Show(IReadOnlyList<TopicPartitions> topics) => string.Join(' ', topics.Select(
            static each => $"{each.TopicId.ToString("N")[..2]}{each.TopicId.ToString("N")[^2..]}" +
                $"[{string.Join(',', each.Partitions)}]"));
    }
}
