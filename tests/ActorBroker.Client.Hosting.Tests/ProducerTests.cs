using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorBroker.Client.Hosting.Tests;

/// <summary>Producers that a host has from <c>AddProducer</c>.</summary>
public sealed class ProducerTests : HostTest
{
    [Fact]
    public async Task Records_are_written_as_json_into_the_topic()
    {
        using var host = NewHost(services => services
            .AddActorBrokerClient(options => options.Json = ShopJson.Default)
            .AddProducer<string, Order>(Topic));
        await host.StartAsync(Cancel);

        var orders = host.Services.GetRequiredService<ITopicProducer<string, Order>>();
        var stored = await orders.ProduceAsync("ada", new Order("tea", 2), Cancel);

        Assert.Equal((Topic, 0L), (stored.Topic, stored.Offset));
        Assert.Equal(["""{"item":"tea","count":2}"""], await ReadAsync(Topic, 1));
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task Topics_of_the_same_types_are_told_apart_by_their_names()
    {
        using var host = NewHost(services => services
            .AddProducer<string, string>("orders")
            .AddProducer<string, string>("refunds"));
        await host.StartAsync(Cancel);

        var refunds = host.Services.GetRequiredKeyedService<ITopicProducer<string, string>>("refunds");
        await refunds.ProduceAsync("ada", "tea", Cancel);

        Assert.Equal(["tea"], await ReadAsync("refunds", 1));
        var failure = Assert.Throws<InvalidOperationException>(
            () => host.Services.GetRequiredService<ITopicProducer<string, string>>());
        Assert.Contains("[FromKeyedServices(\"orders\")] (orders, refunds)", failure.Message, StringComparison.Ordinal);
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task Topics_of_the_same_types_and_options_share_one_producer()
    {
        using var host = NewHost(services => services
            .AddProducer<string, string>("orders")
            .AddProducer<string, string>("refunds")
            .AddProducer<string, string>("urgent", new ProducerOptions { Linger = TimeSpan.Zero }));
        await host.StartAsync(Cancel);

        var orders = host.Services.GetRequiredKeyedService<IProducer<string, string>>("orders");
        var refunds = host.Services.GetRequiredKeyedService<IProducer<string, string>>("refunds");
        var urgent = host.Services.GetRequiredKeyedService<IProducer<string, string>>("urgent");

        Assert.Same(orders, refunds);
        Assert.NotSame(orders, urgent);
        Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<IProducer<string, string>>());
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task What_was_sent_is_delivered_when_the_host_stops()
    {
        using var host = NewHost(services => services.AddProducer<string, string>(
            Topic, new ProducerOptions { Linger = TimeSpan.FromHours(1) }));
        await host.StartAsync(Cancel);
        var orders = host.Services.GetRequiredService<ITopicProducer<string, string>>();

        var pending = await orders.SendAsync(new("ada", "tea"), Cancel);
        Assert.False(pending.IsSettled);
        await host.StopAsync(Cancel);

        Assert.True(pending.IsSettled);
        Assert.Equal(["tea"], await ReadAsync(Topic, 1));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => orders.ProduceAsync("ada", "milk", Cancel));
    }

    /// <summary>As where records go by another service of the host, which was added after the client.</summary>
    [Fact]
    public async Task Records_are_delivered_and_committed_before_a_service_stops_that_was_added_later()
    {
        await FillAsync(Topic, 0, "a");
        var script = new Script();
        var seen = new TaskCompletionSource<(bool, long?)>();
        PendingRecord? pending = null;
        using var host = NewHost(services => services
            .AddSingleton(script)
            .AddProducer<string, string>(Topic, new ProducerOptions { Linger = TimeSpan.FromHours(1) })
            .AddConsumer<string, string, ScriptHandler>(
                Topic, "g", FromTheStart with { AutoCommitInterval = TimeSpan.FromHours(1) })
            .AddSingleton<IHostedService>(new StopProbe(async () =>
                seen.SetResult((pending!.Value.IsSettled, await CommittedAsync("g"))))));
        await host.StartAsync(Cancel);
        await script.DoneAsync(1, Cancel);
        pending = await host.Services.GetRequiredService<ITopicProducer<string, string>>()
            .SendAsync(new("ada", "tea"), Cancel);

        await host.StopAsync(Cancel);

        Assert.Equal((true, 1), await seen.Task.WaitAsync(Patience, Cancel));
    }

    [Fact]
    public async Task What_can_not_be_delivered_is_given_up_when_the_hosts_time_is_over()
    {
        using var host = NewHost(services => services.AddProducer<string, string>(Topic));
        await host.StartAsync(Cancel);
        var orders = host.Services.GetRequiredService<ITopicProducer<string, string>>();
        await orders.ProduceAsync("ada", "tea", Cancel);
        await Broker.StopAsync(Cancel);
        var pending = await orders.SendAsync(new("ada", "milk"), Cancel);

        using var over = new CancellationTokenSource();
        await over.CancelAsync();
        await host.StopAsync(over.Token).WaitAsync(Patience, Cancel).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.True(pending.HasFailed);
        Assert.Contains(Log.Lines, line => line.Id == 6001);
    }

    [Fact]
    public async Task A_type_that_nobody_can_write_fails_the_start_with_what_to_do()
    {
        using var host = NewHost(services => services.AddProducer<string, Order>(Topic));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancel));

        Assert.Contains("ISerializer<Order>", failure.Message, StringComparison.Ordinal);
        Assert.Contains("the values of topic 'orders'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("[JsonSerializable(typeof(Order))]", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public async Task A_registered_serializer_wins_over_the_built_in_one()
    {
        using var host = NewHost(services => services
            .AddSingleton<ISerializer<string>, Shouting>()
            .AddProducer<Guid, string>(Topic));
        await host.StartAsync(Cancel);

        await host.Services.GetRequiredService<ITopicProducer<Guid, string>>().ProduceAsync(Guid.Empty, "tea", Cancel);

        Assert.Equal(["TEA"], await ReadAsync(Topic, 1));
        await host.StopAsync(Cancel);
    }

    private sealed class StopProbe(Func<Task> stop) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => stop();
    }

    private sealed class Shouting : ISerializer<string>
    {
        public bool Serialize(string value, IBufferWriter<byte> output, SerializationContext context) =>
            Serializers.Utf8.Serialize(value.ToUpperInvariant(), output, context);
    }
}
