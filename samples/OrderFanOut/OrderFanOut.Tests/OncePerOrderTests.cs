using ActorBroker.Client;
using Microsoft.Extensions.DependencyInjection;
using OrderFanOut.Services;

namespace OrderFanOut.Tests;

/// <summary>Delivered at least once, done exactly once.</summary>
public sealed class OncePerOrderTests : ShopTest
{
    private const int Orders = 200;

    [Fact]
    public async Task Every_service_does_each_order_once_although_handlers_fail_and_orders_come_twice()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        FaultyProducer<Guid, OrderStep>? faulty = null;
        await using var shop = await StartAsync(configure: builder => builder.Services
            .AddSingleton<ITopicProducer<Guid, OrderStep>>(services => faulty = new FaultyProducer<Guid, OrderStep>(
                services.GetRequiredKeyedService<ITopicProducer<Guid, OrderStep>>(Topics.Steps), seed)));
        using var page = PageOf(shop);

        var random = new Random(seed);
        var placed = Enumerable.Range(0, Orders).Select(_ => OrderDesk.Any(random)).ToList();
        await Task.WhenAll(placed.Select(each => Get<OrderDesk>(shop).PlaceAsync(each, Cancel)));
        foreach (var again in placed.Where(_ => random.Next(4) == 0))
        {
            await Get<ITopicProducer<Guid, Order>>(shop).ProduceAsync(again.Id, again, Cancel);
        }

        var board = await WaitAsync(page, board => board.Done == Orders && IsCaughtUp(board));

        Assert.Equal(Orders, board.Placed);
        Assert.All(board.Groups, each => Assert.Equal((Orders, 1), (each.Handled, each.Members)));
        Assert.Equal(placed.Sum(each => each.Total), Get<Ledger>(shop).Total);
        Assert.All(
            placed.GroupBy(each => each.Item),
            each => Assert.Equal(each.Sum(order => order.Count), Get<Stock>(shop).ReservedOf(each.Key)));
        Assert.Equal(
            placed.Select(each => each.Id.ToString()).Order(),
            Get<Outbox>(shop).Mails.Select(mail => mail.Split(' ')[3]).Order());
        Assert.True(faulty!.Faults > 0 && Get<Ledger>(shop).Once.Repeats > 0, $"seed {seed}: nothing was repeated");
    }

    [Fact]
    public void An_effect_that_throws_has_not_happened()
    {
        var once = new OncePerOrder();
        var (order, effects) = (Guid.NewGuid(), 0);

        Assert.Throws<TimeoutException>(() => once.Do(order, () => throw new TimeoutException()));
        once.Do(order, () => effects++);
        once.Do(order, () => effects++);

        Assert.Equal((1, 1, 1), (effects, once.Count, once.Repeats));
    }
}
