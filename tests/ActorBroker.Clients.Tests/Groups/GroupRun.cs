using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using ActorBroker.Client;
using ActorBroker.TestSupport;

namespace ActorBroker.Clients.Tests.Groups;

/// <summary>
/// One group under load: records come all the time, members come, die, stand still and return; in the end every record
/// was processed at least once, and the log of the offsets topic bears out what may be said of generations.
/// </summary>
internal sealed class GroupRun : IAsyncDisposable
{
    private const int PartitionCount = 7;
    private const int SessionMs = 3_000;
    private const int RebalanceMs = 6_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly ServerProcess _server;
    private readonly KafkaClient _client;
    private readonly CancellationTokenSource _producing = new();
    private readonly ConcurrentQueue<(int Partition, long Offset)> _log = new();
    private readonly long[] _ends = new long[PartitionCount];
    private readonly List<MemberProcess> _members = [];
    private readonly string _name;
    private Task _producer = Task.CompletedTask;

    private GroupRun(ServerProcess server, string name)
    {
        _server = server;
        _name = name;
        _client = new KafkaClient(new ClientOptions { BootstrapServers = server.BootstrapServers });
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<GroupRun> StartAsync(ServerProcess server, string what)
    {
        var run = new GroupRun(server, $"{what}-{Guid.NewGuid():N}");
        await run._client.Admin.CreateTopicAsync(
            new NewTopic { Name = run._name, Partitions = PartitionCount }, Cancel);
        run._producer = run.ProduceAsync();
        return run;
    }

    /// <summary>Starts a member; where it is static, a second one of the same name takes its place.</summary>
    public MemberProcess Start(MemberKind kind, string name)
    {
        var options = new JsonObject
        {
            ["bootstrap"] = _server.BootstrapServers,
            ["group"] = _name,
            ["topic"] = _name,
            ["name"] = name,
            ["instance"] = kind.IsStatic ? name : null,
            ["assignor"] = kind.Assignor,
            ["sessionMs"] = SessionMs,
            ["rebalanceMs"] = RebalanceMs,
        };
        var member = MemberProcess.Start(kind, name, options, _log);
        _members.Add(member);
        return member;
    }

    /// <summary>Each of these goes on processing.</summary>
    public async Task AllShareAsync(params MemberProcess[] members)
    {
        var before = members.Select(member => member.Processed).ToArray();
        await HoldsAsync(
            () => Task.FromResult(members.Zip(before).All(pair => pair.First.Processed > pair.Second)),
            () => Task.FromResult(Members(members)));
    }

    /// <summary>
    /// Stops one of those that are there, which leaves: the others need not wait until its session ends.
    /// </summary>
    public async Task LeavesAsync(MemberProcess leaving, params MemberProcess[] members)
    {
        await SettlesAsync(members.Length);
        await AllShareAsync(members);
        await leaving.StopAsync();
        if (!leaving.IsStatic)
        {
            var left = await _client.Admin.DescribeGroupAsync(_name, Cancel);
            Assert.DoesNotContain(left.Members, member => member.ClientId == leaving.Name);
        }
    }

    /// <summary>The session of one that stands still ends: the group goes on without it.</summary>
    public async Task LosesAsync(MemberProcess still)
    {
        var group = await _client.Admin.DescribeGroupAsync(_name, Cancel);
        await HoldsAsync(
            async () =>
            {
                group = await _client.Admin.DescribeGroupAsync(_name, Cancel);
                return group.Members.All(member => member.ClientId != still.Name);
            },
            () => Task.FromResult($"{still.Name} is still in {string.Join('\n', group.Members)}"));
    }

    /// <summary>What is there now is processed, in every partition: whoever is left reads it all.</summary>
    public async Task CatchesUpAsync()
    {
        var marks = _ends.Select((_, index) => Volatile.Read(ref _ends[index])).ToArray();
        await HoldsAsync(() => Task.FromResult(Missing(marks).Count == 0), async () =>
        {
            var stored = await OffsetsTopicReader.ReadAsync(_client, _name, Cancel);
            var rows = Enumerable.Range(0, PartitionCount).Select(partition =>
                $"partition {partition}: committed {stored.Offsets.GetValueOrDefault((_name, partition))?.Offset}, " +
                $"processed up to {_log.Where(each => each.Partition == partition).Max(each => (long?)each.Offset)}, " +
                $"end {_ends[partition]}");
            var owners = stored.Generations.LastOrDefault()?.Members.Select(member =>
                $"{member.MemberId} owns {string.Join(',', member.Partitions)}") ?? [];
            return $"Not processed: {string.Join(' ', Missing(marks).Take(20))}\n{string.Join('\n', rows)}\n" +
                $"{string.Join('\n', owners)}\n{Members(_members)}";
        });
    }

    /// <summary>Stops the load, then the members, and compares what was processed with what was written.</summary>
    public async Task FinishAsync(IReadOnlyList<MemberKind> kinds)
    {
        await _producing.CancelAsync();
        await _producer;
        await CatchesUpAsync();
        await Task.WhenAll(_members.Where(member => !member.HasExited).Select(member => member.StopAsync()));

        var records = _ends.Sum();
        var distinct = _log.Distinct().Count();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{_name}: {records} records, {_log.Count - distinct} of them processed again");
        Assert.Equal(records, distinct);
        await CheckStoredAsync(kinds);
    }

    public async ValueTask DisposeAsync()
    {
        await _producing.CancelAsync();
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }

        await _producer;
        await _client.DisposeAsync();
        _producing.Dispose();
    }

    private async Task CheckStoredAsync(IReadOnlyList<MemberKind> kinds)
    {
        var stored = await OffsetsTopicReader.ReadAsync(_client, _name, Cancel);
        Assert.Equal(kinds.All(kind => kind.Commits) ? PartitionCount : stored.Offsets.Count, stored.Offsets.Count);
        foreach (var ((topic, partition), offset) in stored.Offsets)
        {
            // A member may end before it has committed its last records, but nobody commits what is not there.
            Assert.Equal(_name, topic);
            Assert.InRange(offset.Offset, 1, _ends[partition]);
        }

        if (!kinds[0].IsClassic)
        {
            return;
        }

        var generation = 0;
        foreach (var each in stored.Generations)
        {
            Assert.True(each.Generation >= generation, $"{each.Generation} after {generation}");
            generation = each.Generation;
            var owned = each.Members.SelectMany(member => member.Partitions).ToList();
            Assert.True(owned.Count == owned.Distinct().Count(), $"generation {generation}: {string.Join(',', owned)}");
        }

        // Static members cause no rebalance when they return.
        var isStatic = kinds.All(kind => kind.IsStatic);
        Assert.True(generation > (isStatic ? 1 : 3));
        await CheckEmptiesAsync(stored, isStatic);
    }

    /// <summary>
    /// Everybody has stopped, so that the group gets empty: of static members none leaves, so each session must end. Of
    /// others a few may stay as long, too: those that stop while they wait for a rebalance, for instance the one that
    /// the first to leave has caused. librdkafka sends no LeaveGroup while its JoinGroup is in flight and it owns
    /// nothing, and as with Kafka a connection that ends is not a member that leaves.
    /// </summary>
    private async Task CheckEmptiesAsync(OffsetsTopicReader stored, bool isStatic)
    {
        await HoldsAsync(
            async () =>
            {
                stored = await OffsetsTopicReader.ReadAsync(_client, _name, Cancel);
                return stored.Generations[^1].Members.Count == 0;
            },
            () => Task.FromResult(string.Join(' ', stored.Generations[^1].Members)));
        if (isStatic)
        {
            // To commit is to show life. Half a session: that is counted by another clock than these times are.
            var lastCommitMs = stored.Offsets.Values.Max(each => each.CommittedAtMs);
            Assert.True(stored.Generations[^1].StoredAtMs - lastCommitMs > SessionMs / 2);
        }
    }

    /// <summary>So many members share all partitions, and none is about to be moved.</summary>
    private async Task SettlesAsync(int memberCount)
    {
        var group = await _client.Admin.DescribeGroupAsync(_name, Cancel);
        await HoldsAsync(
            async () =>
            {
                group = await _client.Admin.DescribeGroupAsync(_name, Cancel);
                return group.State == "Stable" && group.Members.Count == memberCount &&
                    group.Members.Sum(member => member.Assignment.Count) == PartitionCount;
            },
            () => Task.FromResult($"{group.State}: {string.Join('\n', group.Members)}\n{Members(_members)}"));
    }

    private static string Members(IEnumerable<MemberProcess> members) => string.Join('\n', members.Select(member =>
        $"{member.Name} has processed {member.Processed}, has exited: {member.HasExited}\n{member.Errors}"));

    private List<(int Partition, long Offset)> Missing(long[] ends)
    {
        var processed = _log.ToHashSet();
        return
        [
            .. Enumerable.Range(0, PartitionCount)
                .SelectMany(partition => Enumerable.Range(0, (int)ends[partition])
                    .Select(offset => (partition, (long)offset)))
                .Where(record => !processed.Contains(record)),
        ];
    }

    private async Task ProduceAsync()
    {
        await using var producer = _client.CreateProducer(new ProducerOptions { Linger = TimeSpan.Zero });
        for (var number = 0; !_producing.IsCancellationRequested; number++)
        {
            var partition = number % PartitionCount;
            var record = new ProducerRecord { Value = Encoding.ASCII.GetBytes($"{number}"), Partition = partition };
            await (await producer.SendAsync(_name, record, Cancel)).DeliveredAsync(Cancel);
            Interlocked.Increment(ref _ends[partition]);
            await Task.Delay(1, Cancel);
        }
    }

    private static async Task HoldsAsync(Func<Task<bool>> condition, Func<Task<string>> why)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                Assert.Fail(await why());
            }

            await Task.Delay(50, Cancel);
        }
    }
}
