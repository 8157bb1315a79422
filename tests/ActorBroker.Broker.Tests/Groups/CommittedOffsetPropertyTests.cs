// A committed offset never goes back. Groups commit ever larger offsets while the disk fails, fills up and loses
// power, the process is killed, the log is compacted and the broker restarted, in an order that a seed decides. After
// each step a group's offset is read: never below what was acknowledged or read before, never above what was asked for.
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests.Groups;

public sealed class CommittedOffsetPropertyTests
{
    private const int Groups = 6;
    private const int Steps = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20261121)]
    public Task A_committed_offset_never_goes_back_when_processes_die_and_disks_fill_up(int seed) =>
        RunAsync(seed, flushed: false);

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(848)]
    public Task Nor_does_it_when_the_power_goes_and_every_commit_is_flushed(int seed) => RunAsync(seed, flushed: true);

    private static async Task RunAsync(int seed, bool flushed)
    {
        var random = new Random(seed);
        await using var broker = await TestBroker.StartedAsync(
            ("offsets.topic.num.partitions", "2"), ("offsets.topic.segment.bytes", "4096"),
            ("log.cleaner.min.cleanable.ratio", "0.01"),
            ("log.flush.interval.messages", flushed ? "1" : "9223372036854775807"));
        await broker.CreateTopicAsync();
        await broker.FindAsync("g");
        var groups = Enumerable.Range(0, Groups).Select(number => new Ledger($"g{number}")).ToArray();
        for (var step = 0; step < Steps; step++)
        {
            var what = await FaultAsync(broker, random, flushed);
            await Task.WhenAll(Enumerable.Range(0, random.Next(1, 20)).Select(_ =>
                groups[random.Next(Groups)].CommitAsync(broker)).ToArray());
            broker.Disk.FreeBytes = null;
            if (random.Next(3) == 0)
            {
                await RestartAsync(broker, random, flushed);
            }

            foreach (var group in groups)
            {
                await group.CheckAsync(broker, $"seed {seed}, step {step}, {what}");
            }
        }
    }

    private static async Task<string> FaultAsync(TestBroker broker, Random random, bool flushed)
    {
        switch (random.Next(6))
        {
            case 0:
                broker.Disk.FailWrite(random.Next(3), random.Next(200));
                return "a write fails";
            case 1:
                broker.Disk.FreeBytes = random.Next(500);
                return "the disk is full";
            case 2 when flushed:
                broker.Disk.FailSync(random.Next(3));
                return "a flush fails";
            case 3:
                return await CompactAsync(broker);
            default:
                return "nothing happens";
        }
    }

    private static async Task<string> CompactAsync(TestBroker broker)
    {
        try
        {
            await broker.LogOf("g0").Actor.FlushAsync();
            await broker.Node.Housekeeping.CleanAsync(TestContext.Current.CancellationToken);
            return "the log is compacted";
        }
        catch (IOException)
        {
            return "the compaction meets a fault that waited";
        }
    }

    private static Task RestartAsync(TestBroker broker, Random random, bool flushed)
    {
        // Faults that still wait would keep the broker from starting at all.
        broker.Disk.FailWrite(int.MaxValue);
        broker.Disk.FailSync(int.MaxValue);
        return random.Next(3) switch
        {
            0 => broker.RestartAsync(),
            1 when flushed => broker.LosePowerAsync(),
            _ => broker.KillAsync(),
        };
    }

    /// <summary>What one group asked for and was told.</summary>
    private sealed class Ledger(string group)
    {
        private long _asked = -1;
        private long _known = -1;

        public async Task CommitAsync(TestBroker broker)
        {
            var offset = ++_asked;
            if (await broker.CommitAsync(group, offset) == ErrorCode.None)
            {
                _known = Math.Max(_known, offset);
            }
        }

        public async Task CheckAsync(TestBroker broker, string when)
        {
            var offset = await broker.CommittedAsync(group);
            Assert.True(offset >= _known && offset <= _asked, $"{group} is at {offset}, not {_known}-{_asked}: {when}");
            _known = offset;
        }
    }
}
