using ActorBroker.Broker.Catalogue;
using ActorBroker.Orleans.Catalogue;
using ActorBroker.Orleans.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Tests;

/// <summary>
/// A grain storage that is down, stuck, refuses, or does not say what it did; and activations that are left over: no
/// acknowledged record is lost by it, and of no document there are two of one version.
/// </summary>
public sealed class StorageFaultTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task While_the_storage_is_down_leaders_serve_and_afterwards_all_goes_on()
    {
        await using var silos = await BrokerSilos.StartAsync(3);
        await silos.CreateTopicAsync("orders");
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", "before");

        silos.Storage.IsDown = true;
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", "during");
        var refused = await silos.TryCreateTopicAsync("another");
        var leader = silos.LeaderOf("orders");
        await silos.KillAsync(leader);
        silos.Storage.IsDown = false;

        await silos.AllKnowAsync(image => image.TopicsByName["orders"].Partitions[0].Leader is var now &&
            now >= 0 && now != leader);
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", "after");
        Assert.Equal(ErrorCode.KafkaStorageError, refused);
        Assert.Equal(
            ["before", "during", "after"], await KafkaText.ReadAsync(silos.BootstrapServers, "orders", 3));
        Assert.Equal(ErrorCode.None, await UntilMadeAsync(silos, "another"));
        AssertNoVersionTwice(silos.Storage);
    }

    [Fact]
    public async Task Who_reads_while_all_is_read_anew_goes_on_from_what_was_read_before()
    {
        await using var silos = await BrokerSilos.StartAsync(1);
        var catalogue = silos.Client.GetGrain<ICatalogueGrain>(7);
        var first = (await catalogue.WriteAsync([new("topic", "a", 0, [1])], default)).News.UpTo;
        silos.Storage.IsDown = true;
        await Assert.ThrowsAnyAsync<Exception>(() => catalogue.WriteAsync([new("topic", "b", 0, [2])], default));
        var marked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        silos.Storage.Wrote = (id, state) =>
        {
            if (state is StoredIndex && id.Key.ToString() == "7")
            {
                silos.Storage.Wrote = null;
                silos.Storage.Stick();
                marked.SetResult();
            }
        };
        silos.Storage.IsDown = false;

        var writing = catalogue.WriteAsync([new("topic", "b", 0, [2])], default);
        await marked.Task.WaitAsync(Patience, Cancel);
        var during = await catalogue.ReadAsync(default);
        silos.Storage.GoOn();
        var written = (await writing).News;
        var after = await catalogue.ReadAsync(during.UpTo);

        Assert.Equal(first, during.UpTo);
        Assert.Equal((true, first.Life + 1), (after.IsWhole, after.UpTo.Life));
        Assert.Equal(["a", "b"], after.Documents.Select(static each => each.Name).Order());
        Assert.Equal(written.UpTo, after.UpTo);
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(0, 3)]
    [InlineData(4, 5)]
    public async Task Writes_that_are_refused_or_not_answered_lose_nothing(int refuseOneIn, int loseAnswerOfOneIn)
    {
        await using var silos = await BrokerSilos.StartAsync(3);
        await silos.CreateTopicAsync("orders");
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", "before");
        var leader = silos.LeaderOf("orders");

        (silos.Storage.RefuseOneIn, silos.Storage.LoseAnswerOfOneIn) = (refuseOneIn, loseAnswerOfOneIn);
        var made = new List<ErrorCode>();
        foreach (var topic in Enumerable.Range(0, 5).Select(static number => $"more-{number}"))
        {
            made.Add(await UntilMadeAsync(silos, topic));
        }

        await silos.KillAsync(leader);
        await silos.AllKnowAsync(image => image.TopicsByName["orders"].Partitions[0].Leader is var now &&
            now >= 0 && now != leader).WaitAsync(Patience, Cancel);
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", "after");
        (silos.Storage.RefuseOneIn, silos.Storage.LoseAnswerOfOneIn) = (0, 0);

        Assert.All(made, static error => Assert.Equal(ErrorCode.None, error));
        Assert.Equal(["before", "after"], await KafkaText.ReadAsync(silos.BootstrapServers, "orders", 2));
        await silos.AllKnowAsync(image => Enumerable.Range(0, 5).All(number =>
            image.TopicsByName.ContainsKey($"more-{number}")));
        AssertNoVersionTwice(silos.Storage);
    }

    [Fact]
    public async Task An_activation_that_is_left_over_is_refused_and_goes()
    {
        await using var silos = await BrokerSilos.StartAsync(3);
        await silos.CreateTopicAsync("orders");
        var key = new CatalogueKey("rivals", "document");
        var change = new CatalogueChange(key, new CatalogueDocument(key, 1, "{}"u8.ToArray()));

        // What another activation does that begins while the first one goes on.
        var rival = new CatalogueStorage(silos.Storage, 0);
        await rival.TakeOverAsync();
        await rival.AnnounceAsync([change], 0);
        await rival.WriteAsync(change);
        var first = await silos.TryCreateTopicAsync("refused");
        var made = await UntilMadeAsync(silos, "made");

        Assert.Equal(ErrorCode.KafkaStorageError, first);
        Assert.Equal(ErrorCode.None, made);
        await Assert.ThrowsAsync<InconsistentStateException>(() => rival.WriteAsync(change));
        var now = new CatalogueStorage(silos.Storage, 0);
        Assert.Contains(key, (await now.TakeOverAsync()).Keys);
        Assert.True(now.Life >= rival.Life + 2, $"{now.Life} after {rival.Life}");
        AssertNoVersionTwice(silos.Storage);
    }

    [Fact]
    public async Task Whoever_only_reads_hears_what_another_activation_wrote()
    {
        await using var silos = await BrokerSilos.StartAsync(1);
        var key = new CatalogueKey("rivals", "document");
        var change = new CatalogueChange(key, new CatalogueDocument(key, 1, "{}"u8.ToArray()));
        using var reader = await GrainCatalogue.OpenAsync(
            silos.Client.GetGrain<ICatalogueGrain>(0), NullLogger.Instance, Cancel);
        var heard = new TaskCompletionSource<CatalogueChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        reader.Changed += each => (each.Key == key ? heard : new()).TrySetResult(each);

        var rival = new CatalogueStorage(silos.Storage, 0);
        await rival.TakeOverAsync();
        await rival.AnnounceAsync([change], 0);
        await rival.WriteAsync(change);

        Assert.Equal(1, (await heard.Task.WaitAsync(Patience, Cancel)).Document?.Version);
    }

    [Fact]
    public async Task A_follower_takes_nothing_from_a_leader_that_is_none_any_more()
    {
        await using var silos = await BrokerSilos.StartAsync(3);
        await silos.CreateTopicAsync("orders");
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", "kept");
        var topic = silos.Node(1).Cluster.TopicsByName["orders"];
        var (before, epoch) = (topic.Partitions[0].Leader, topic.Partitions[0].LeaderEpoch);
        await silos.Node(before).ClusterAdmin.DrainAsync(before, true, Cancel);
        await silos.AllKnowAsync(image => image.TopicsByName["orders"].Partitions[0].Leader != before);
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", "after");
        var follower = new[] { 1, 2, 3 }.First(id => id != before && id != silos.LeaderOf("orders"));

        var answer = await silos.Client.GetGrain<IReplicaGrain>(new ReplicaKey(topic.Id, 0, follower).ToString())
            .AppendAsync(new ReplicaQuestion
            {
                LeaderId = before,
                LeaderEpoch = epoch,
                PreviousEpoch = -1,
                StartsAnew = true,
            });

        Assert.Equal((byte)Core.Replication.ReplicaAppendStatus.Fenced, answer.Status);
        Assert.True(answer.Epoch > epoch);
        Assert.Equal(["kept", "after"], await KafkaText.ReadAsync(silos.BootstrapServers, "orders", 2));
    }

    [Fact]
    public async Task A_silo_stops_although_the_storage_does_not_answer()
    {
        await using var silos = await BrokerSilos.StartAsync(3);
        await silos.CreateTopicAsync("orders");
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", "before");
        var leader = silos.LeaderOf("orders");
        var node = silos.Node(leader);

        silos.Storage.Stick();
        var stopping = silos.StopAsync(leader);
        await node.StopAsync(Cancel).WaitAsync(Patience, Cancel);
        silos.Storage.GoOn();
        await stopping.WaitAsync(Patience, Cancel);

        await silos.AllKnowAsync(image => image.TopicsByName["orders"].Partitions[0].Leader is var now &&
            now >= 0 && now != leader && !image.Brokers.ContainsKey(leader));
        Assert.Equal(["before"], await KafkaText.ReadAsync(silos.BootstrapServers, "orders", 1));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Whoever is refused, or not told, asks again; a topic that is there by then was made.</summary>
    private static async Task<ErrorCode> UntilMadeAsync(BrokerSilos silos, string topic)
    {
        var last = ErrorCode.UnknownServerError;
        for (var tries = 0; tries < 1000; tries++)
        {
            last = await silos.TryCreateTopicAsync(topic);
            if (last is ErrorCode.None or ErrorCode.TopicAlreadyExists)
            {
                return ErrorCode.None;
            }
        }

        return last;
    }

    /// <summary>
    /// Who takes over writes again what is there, as it is. Versions never go back, and no version has two bodies.
    /// </summary>
    private static void AssertNoVersionTwice(SharedStorage storage)
    {
        var documents = storage.WrittenOf<StoredDocument>().GroupBy(static each => each.Id).ToList();
        Assert.NotEmpty(documents);
        foreach (var document in documents)
        {
            var versions = document.Select(static each => each.State).ToList();
            Assert.Equal(versions.Select(static each => each.Version).Order(), versions.Select(Version));
            Assert.All(versions.GroupBy(Version), static same => Assert.Single(
                same.Select(static each => each.Body is null ? "" : Convert.ToHexString(each.Body)).Distinct()));
        }

        static long Version(StoredDocument document) => document.Version;
    }
}
