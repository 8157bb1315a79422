using ActorBroker.Broker.Cluster.Local;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Storage;
using ActorBroker.Storage.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Broker.Tests.Cluster.Local;

public sealed class LeaseMembershipTests : IAsyncDisposable
{
    private static readonly LeaseTimes _times = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(1500));
    private readonly MemoryFileSystem _disk = new();
    private readonly SelectiveDisk _files;
    private readonly Dictionary<int, (LeaseMembership Membership, ManualTime Time)> _brokers = [];

    public LeaseMembershipTests() => _files = new SelectiveDisk(_disk);

    public async ValueTask DisposeAsync()
    {
        foreach (var (membership, _) in _brokers.Values)
        {
            await membership.DisposeAsync();
        }
    }

    [Fact]
    public void Brokers_see_each_other_once_their_leases_move()
    {
        Start(1, 10);
        Assert.Equal([KeyValuePair.Create(1, 10L)], _brokers[1].Membership.Live);
        Start(2, 20);
        Assert.Empty(_brokers[2].Membership.Live);

        Pass(beating: [1, 2], looking: [1, 2]);
        Pass(beating: [1, 2], looking: [1, 2]);

        Assert.Equal([KeyValuePair.Create(1, 10L), KeyValuePair.Create(2, 20L)], _brokers[1].Membership.Live);
        Assert.Equal(_brokers[1].Membership.Live, _brokers[2].Membership.Live);
    }

    [Fact]
    public async Task A_broker_that_leaves_is_gone_at_the_next_look()
    {
        StartThree();

        await _brokers[3].Membership.LeaveAsync();
        Pass(beating: [1, 2], looking: [1, 2]);

        Assert.Equal([1, 2], Live(1));
        Assert.Equal([1, 2], Live(2));
    }

    [Fact]
    public async Task A_process_that_ends_is_dead_at_the_next_look_and_alive_again_in_its_next_epoch()
    {
        StartThree();
        await KillAsync(3);

        Pass(beating: [1, 2], looking: [1, 2]);

        Assert.Equal([1, 2], Live(1));
        Start(3, 31);
        Pass(beating: [1, 2, 3], looking: [1, 2, 3]);
        Assert.Equal(31, _brokers[1].Membership.Live[3]);
        Assert.Equal([1, 2, 3], Live(3));
    }

    [Fact]
    public void A_process_that_stands_still_is_dead_after_the_session_and_alive_again_when_it_goes_on()
    {
        StartThree();
        var changes = 0;
        _brokers[1].Membership.Changed += () => changes++;

        for (var passed = 100; passed < 1500; passed += 100)
        {
            Pass(beating: [1, 2], looking: [1, 2]);
            Assert.Equal([1, 2, 3], Live(1));
        }

        Pass(beating: [1, 2], looking: [1, 2]);
        Assert.Equal([1, 2], Live(1));
        Pass(beating: [1, 2, 3], looking: [1, 2, 3]);

        Assert.Equal([1, 2, 3], Live(1));
        Assert.Equal(30, _brokers[1].Membership.Live[3]);
        Assert.Equal(2, changes);
    }

    [Fact]
    public void A_broker_that_was_stopped_itself_declares_nobody_dead()
    {
        StartThree();

        // The first look after its sleep comes before the others' next beats.
        _brokers[1].Time.Advance(TimeSpan.FromHours(1));
        _brokers[1].Membership.Look();
        Assert.Equal([1, 2, 3], Live(1));
        Pass(beating: [2, 3], looking: [1]);

        Assert.Equal([1, 2, 3], Live(1));
    }

    [Fact]
    public async Task A_broker_that_starts_waits_for_nobody_who_is_dead()
    {
        StartThree();
        await KillAsync(1);
        await KillAsync(2);
        await KillAsync(3);

        Start(1, 11);

        Assert.Equal([1], Live(1));
    }

    [Fact]
    public void A_broker_that_starts_waits_for_a_stopped_one_no_longer_than_the_session()
    {
        Start(2, 20);
        Start(1, 10);
        for (var passed = 0; passed < 1500; passed += 100)
        {
            Assert.Empty(_brokers[1].Membership.Live);
            Pass(beating: [1], looking: [1]);
        }

        Assert.Equal([1], Live(1));
    }

    [Fact]
    public void An_id_that_is_taken_is_refused_with_one_line()
    {
        Start(1, 10);

        var failure = Assert.Throws<DirectoryLockedException>(() => Open(1, new ManualTime()));

        Assert.StartsWith(
            "Broker 1 of the cluster in '/cluster' is running already", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void A_lease_that_is_no_lease_is_passed_over()
    {
        Start(1, 10);
        _disk.WriteAllBytes("/cluster/brokers/2.lease", new byte[24]);
        _disk.WriteAllBytes("/cluster/brokers/3.lease", new byte[3]);
        _disk.WriteAllBytes("/cluster/brokers/notes.lease", new byte[24]);

        Pass(beating: [1], looking: [1]);

        Assert.Equal([1], Live(1));
    }

    [Fact]
    public async Task A_broker_whose_lease_was_removed_is_dead_when_its_process_ends()
    {
        StartThree();
        await KillAsync(3);
        _disk.DeleteFile("/cluster/brokers/3.lease");

        Pass(beating: [1, 2], looking: [1, 2]);

        Assert.Equal([1, 2], Live(1));
        Assert.Equal([1, 2], Live(2));
    }

    [Fact]
    public void A_broker_whose_lease_was_removed_is_dead_when_it_stands_still()
    {
        StartThree();
        _disk.DeleteFile("/cluster/brokers/3.lease");

        for (var passed = 0; passed < 1500; passed += 100)
        {
            Assert.Equal([1, 2, 3], Live(1));
            Pass(beating: [1, 2], looking: [1, 2]);
        }

        Assert.Equal([1, 2], Live(1));
    }

    [Fact]
    public async Task A_lease_that_was_removed_is_written_anew()
    {
        StartThree();
        _disk.DeleteFile("/cluster/brokers/3.lease");
        for (var passed = 0; passed < 3000; passed += 100)
        {
            Pass(beating: [1, 2, 3], looking: [1, 2]);
            Assert.Equal([1, 2, 3], Live(1));
        }

        Start(4, 40);
        Pass(beating: [1, 2, 3, 4], looking: [4]);
        Assert.Equal([1, 2, 3, 4], Live(4));
        await _brokers[3].Membership.LeaveAsync();
        Pass(beating: [1, 2], looking: [1, 2]);
        Assert.Equal([1, 2], Live(2).Except([4]));
    }

    [Fact]
    public void A_cluster_folder_that_was_moved_away_is_not_made_anew()
    {
        Start(1, 10);
        _disk.DeleteDirectory("/cluster");

        Assert.Throws<DirectoryNotFoundException>(_brokers[1].Membership.Beat);

        Assert.False(_disk.DirectoryExists("/cluster"));
    }

    [Fact]
    public async Task A_lease_that_cannot_be_read_hides_only_its_own_broker()
    {
        StartThree();
        await KillAsync(3);
        _files.Broken = "/2.lease";

        Assert.Throws<IOException>(_brokers[1].Membership.Look);

        Assert.Equal([1, 2], Live(1));
        for (var passed = 0; passed < 1500; passed += 100)
        {
            _brokers[1].Time.Advance(LeaseTimes.Watch);
            Assert.Throws<IOException>(_brokers[1].Membership.Look);
        }

        Assert.Equal([1], Live(1));
        _files.Broken = null;
        Pass(beating: [2], looking: [1]);
        Assert.Equal([1, 2], Live(1));
    }

    [Fact]
    public async Task A_broker_leaves_no_word_in_the_lease_of_its_later_life()
    {
        Start(1, 10);
        var path = "/cluster/brokers/1.lease";
        using (var lease = _disk.OpenOrCreate(path))
        {
            LeaseFiles.Write(lease, new Lease(11, 5));
        }

        var later = _disk.ReadAllBytes(path);
        await _brokers[1].Membership.LeaveAsync();

        Assert.Equal(later, _disk.ReadAllBytes(path));
    }

    [Fact]
    public async Task A_disk_that_fails_keeps_no_broker_from_leaving()
    {
        Start(1, 10);
        _disk.IsReadOnly = true;

        await _brokers[1].Membership.LeaveAsync();

        _disk.IsReadOnly = false;
    }

    [Fact]
    public async Task A_lock_that_was_removed_is_taken_again()
    {
        var folder = Directory.CreateTempSubdirectory("actorbroker-leases-").FullName;
        try
        {
            await using var first = Open(folder, 1);
            first.Begin(1, 10);
            var path = Path.Combine(folder, "brokers", "1.lock");
            File.Delete(path);

            first.Beat();

            Assert.True(PhysicalFileSystem.Instance.IsLocked(path));
            Assert.Throws<DirectoryLockedException>(() => Open(folder, 1));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Real_time_and_a_real_disk_do_the_same()
    {
        var folder = Directory.CreateTempSubdirectory("actorbroker-leases-").FullName;
        try
        {
            var cancel = TestContext.Current.CancellationToken;
            await using var first = Open(folder, 1);
            await first.JoinAsync(1, 10, cancel);
            await using (var second = Open(folder, 2))
            {
                await second.JoinAsync(2, 20, cancel);
                Assert.Equal([1, 2], second.Live.Keys);
                await Until.TrueAsync(() => first.Live.ContainsKey(2));
            }

            await Until.TrueAsync(() => !first.Live.ContainsKey(2));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Nobody's session ends, however long a thread stands still.
    private static LeaseMembership Open(string folder, int brokerId) => LeaseMembership.Open(
        PhysicalFileSystem.Instance, folder, brokerId, _times with { Session = TimeSpan.FromMinutes(2) },
        TimeProvider.System, NullLogger.Instance);

    private LeaseMembership Open(int brokerId, ManualTime time) =>
        LeaseMembership.Open(_files, "/cluster", brokerId, _times, time, NullLogger.Instance);

    private void StartThree()
    {
        Start(1, 10);
        Start(2, 20);
        Start(3, 30);
        Pass(beating: [1, 2, 3], looking: [1, 2, 3]);
        Pass(beating: [1, 2, 3], looking: [1, 2, 3]);
        Assert.Equal([1, 2, 3], Live(1));
    }

    private void Start(int brokerId, long epoch)
    {
        var time = new ManualTime();
        var membership = Open(brokerId, time);
        _brokers[brokerId] = (membership, time);
        membership.Begin(brokerId, epoch);
    }

    // What is left of a killed process: its lease as it was, and no lock.
    private async Task KillAsync(int brokerId)
    {
        var path = $"/cluster/brokers/{brokerId}.lease";
        var lease = _disk.ReadAllBytes(path);
        await _brokers[brokerId].Membership.DisposeAsync();
        _disk.WriteAllBytes(path, lease);
        _brokers.Remove(brokerId);
    }

    // A tenth of a second, in which some beat and then some look.
    private void Pass(int[] beating, int[] looking)
    {
        foreach (var brokerId in beating)
        {
            _brokers[brokerId].Membership.Beat();
        }

        foreach (var brokerId in looking)
        {
            _brokers[brokerId].Time.Advance(LeaseTimes.Watch);
            _brokers[brokerId].Membership.Look();
        }
    }

    private IEnumerable<int> Live(int brokerId) => _brokers[brokerId].Membership.Live.Keys;
}
