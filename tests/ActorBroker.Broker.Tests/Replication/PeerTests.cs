using ActorBroker.Broker.Replication;

namespace ActorBroker.Broker.Tests.Replication;

public sealed class PeerTests
{
    private const int Half = (int)(Peer.InFlightBytesMax / 2);

    [Fact]
    public void Who_finds_no_room_is_woken_when_there_is_some()
    {
        var peer = new Peer(2);
        var waiter = new Waiter();
        Assert.True(peer.TryTake(Half, waiter));
        Assert.True(peer.TryTake(Half, waiter));

        Assert.False(peer.TryTake(1, waiter));
        Assert.Equal(0, waiter.Woken);
        peer.Give(Half);
        Assert.Equal(0, waiter.Woken);
        peer.Give(1);

        Assert.Equal(1, waiter.Woken);
        Assert.True(peer.TryTake(1, waiter));
        Assert.Equal(Half, peer.InFlightBytes);
    }

    [Fact]
    public void An_append_of_any_size_goes_where_nothing_else_is_on_the_way()
    {
        var peer = new Peer(2);
        var waiter = new Waiter();

        Assert.True(peer.TryTake(int.MaxValue, waiter));
        Assert.False(peer.TryTake(1, waiter));
        peer.Give(int.MaxValue);

        Assert.Equal((1, 0L), (waiter.Woken, peer.InFlightBytes));
    }

    [Fact]
    public void All_who_wait_are_woken_together_and_each_once_however_often_it_asked()
    {
        var peer = new Peer(2);
        Waiter[] waiters = [new(), new()];
        Assert.True(peer.TryTake(Half, waiters[0]));
        Assert.True(peer.TryTake(Half, waiters[0]));
        for (var tries = 0; tries < 3; tries++)
        {
            Assert.All(waiters, waiter => Assert.False(peer.TryTake(1, waiter)));
        }

        peer.Give(Half);
        peer.Give(1);
        peer.Give(1);

        Assert.Equal([1, 1], waiters.Select(waiter => waiter.Woken));
    }

    [Fact]
    public void Room_that_was_taken_and_not_needed_is_there_for_others_and_one_large_batch_may_need_more()
    {
        var peer = new Peer(2);
        var waiter = new Waiter();
        Assert.True(peer.TryTake(Half, waiter));
        Assert.True(peer.TryTake(Half, waiter));
        Assert.False(peer.TryTake(1, waiter));

        peer.Settle(taken: Half, used: 100);
        peer.Settle(taken: Half, used: 0);

        Assert.Equal((1, 100L), (waiter.Woken, peer.InFlightBytes));
        peer.Settle(taken: 0, used: Half);
        Assert.Equal(Half + 100L, peer.InFlightBytes);
    }

    [Fact]
    public void A_broker_is_back_when_it_lives_again_or_in_another_life()
    {
        var peer = new Peer(2);

        Assert.True(peer.See(isLive: true, brokerEpoch: 1));
        Assert.False(peer.See(isLive: true, brokerEpoch: 1));
        Assert.True(peer.See(isLive: true, brokerEpoch: 2));
        Assert.False(peer.See(isLive: false, brokerEpoch: 2));
        Assert.False(peer.IsLive);
        Assert.True(peer.See(isLive: true, brokerEpoch: 2));
    }

    private sealed class Waiter : IWakeable
    {
        public int Woken { get; private set; }

        public void Wake() => Woken++;
    }
}
