using System.Collections.Concurrent;
using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Tests.Support;

namespace ActorBroker.Broker.Tests;

public sealed class MailboxTests
{
    [Fact]
    public async Task Items_of_one_thread_arrive_in_their_order_and_none_is_lost()
    {
        var box = new Box(capacity: int.MaxValue, turnItems: 64);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(sender => Task.Run(() =>
        {
            for (var number = 0; number < 10_000; number++)
            {
                Assert.True(box.TryPost(new Item(sender, number)));
            }
        })));
        await Until.TrueAsync(() => box.Taken.Count == 80_000);

        foreach (var own in box.Taken.GroupBy(item => item.Sender))
        {
            Assert.Equal(Enumerable.Range(0, 10_000), own.Select(item => item.Number));
        }

        Assert.Equal(0, box.Overlaps);
        Assert.InRange(box.LargestTurn, 1, 64);
    }

    [Fact]
    public async Task Posters_that_take_turns_themselves_lose_nothing_and_never_overlap()
    {
        var box = new Box(capacity: int.MaxValue, turnItems: 64);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(sender => Task.Run(() =>
        {
            for (var number = 0; number < 10_000; number++)
            {
                var item = new Item(sender, number);
                Assert.True((sender + number) % 3 == 0 ? box.TryPost(item) : box.TryPostAndRun(item));
            }
        })));
        await Until.TrueAsync(() => box.Taken.Count == 80_000);

        foreach (var own in box.Taken.GroupBy(item => item.Sender))
        {
            Assert.Equal(Enumerable.Range(0, 10_000), own.Select(item => item.Number));
        }

        Assert.Equal(0, box.Overlaps);
        Assert.Equal(0, box.Waiting);
    }

    [Fact]
    public void A_poster_runs_its_own_item_on_its_own_thread_when_nothing_else_waits()
    {
        var box = new Box(capacity: 10, turnItems: 10);

        Assert.True(box.TryPostAndRun(new Item(0, 0)));

        Assert.Equal(0, Assert.Single(box.Taken).Number);
        Assert.Equal(Environment.CurrentManagedThreadId, box.LastThread);
    }

    [Fact]
    public async Task A_poster_leaves_its_item_to_a_turn_that_runs_already()
    {
        var box = new Box(capacity: 10, turnItems: 10) { Hold = new ManualResetEventSlim() };
        box.TryPost(new Item(0, 0));
        await Until.TrueAsync(() => box.InTurn);

        Assert.True(box.TryPostAndRun(new Item(0, 1)));
        Assert.Empty(box.Taken);
        box.Hold.Set();
        await Until.TrueAsync(() => box.Taken.Count == 2);

        Assert.Equal([0, 1], box.Taken.Select(item => item.Number));
    }

    [Fact]
    public async Task A_turn_takes_all_that_waits()
    {
        var box = new Box(capacity: 1000, turnItems: 1000) { Hold = new ManualResetEventSlim() };
        box.TryPost(new Item(0, 0));
        await Until.TrueAsync(() => box.InTurn);

        for (var number = 1; number <= 500; number++)
        {
            box.TryPost(new Item(0, number));
        }

        box.Hold.Set();
        await Until.TrueAsync(() => box.Taken.Count == 501);

        Assert.Equal(500, box.LargestTurn);
        Assert.Equal(2, box.Turns);
    }

    [Fact]
    public async Task A_turn_ends_at_its_weight_and_the_rest_follows_in_order()
    {
        var box = new Box(capacity: 1000, turnItems: 1000, turnWeight: 10) { Hold = new ManualResetEventSlim() };
        box.TryPost(new Item(0, 0));
        await Until.TrueAsync(() => box.InTurn);
        for (var number = 1; number <= 35; number++)
        {
            box.TryPost(new Item(0, number));
        }

        box.Hold.Set();
        await Until.TrueAsync(() => box.Taken.Count == 36);

        Assert.Equal(10, box.LargestTurn);
        Assert.Equal(Enumerable.Range(0, 36), box.Taken.Select(item => item.Number));
    }

    [Fact]
    public async Task A_full_mailbox_refuses_all_but_the_actors_own_items()
    {
        var box = new Box(capacity: 2, turnItems: 10) { Hold = new ManualResetEventSlim() };
        box.TryPost(new Item(0, 0));
        await Until.TrueAsync(() => box.InTurn);

        Assert.True(box.TryPost(new Item(0, 1)));
        Assert.True(box.TryPost(new Item(0, 2)));
        Assert.False(box.TryPost(new Item(0, 3)));
        box.PostControl(new Item(0, 4));
        box.Hold.Set();
        await Until.TrueAsync(() => box.Waiting == 0 && box.Taken.Count == 4);

        Assert.Equal([0, 1, 2, 4], box.Taken.Select(item => item.Number));
        Assert.True(box.TryPost(new Item(0, 5)));
    }

    private sealed class Item(int sender, int number) : MailboxItem
    {
        public int Sender => sender;

        public int Number => number;
    }

    private sealed class Box(int capacity, int turnItems, long turnWeight = long.MaxValue)
        : Mailbox<Item>(capacity, turnItems, turnWeight)
    {
        private int _inTurn;

        public ConcurrentQueue<Item> Taken { get; } = new();

        public ManualResetEventSlim? Hold { get; init; }

        public bool InTurn => Volatile.Read(ref _inTurn) == 1;

        public int Overlaps { get; private set; }

        public int LargestTurn { get; private set; }

        public int Turns { get; private set; }

        public int LastThread { get; private set; }

        protected override long Weigh(Item item) => 1;

        protected override void OnTurn(ReadOnlySpan<Item> items)
        {
            Overlaps += Interlocked.Exchange(ref _inTurn, 1);
            Hold?.Wait(TimeSpan.FromMinutes(1));
            Turns++;
            LastThread = Environment.CurrentManagedThreadId;
            LargestTurn = Math.Max(LargestTurn, items.Length);
            foreach (var item in items)
            {
                Taken.Enqueue(item);
            }

            Volatile.Write(ref _inTurn, 0);
        }
    }
}
