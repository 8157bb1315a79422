using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Cluster.Local;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Core.Replication;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Broker.Tests.Cluster.Local;

public sealed class TcpReplicaLinksTests : IAsyncDisposable
{
    private const string Cluster = "cluster-of-tests";
    private readonly ConcurrentDictionary<int, string> _endpoints = new();
    private readonly List<IAsyncDisposable> _open = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var open in _open)
        {
            await open.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_append_arrives_as_it_was_sent_and_its_answer_comes_back()
    {
        var leader = Listen(1);
        var follower = Listen(2);
        var target = new Follower();
        follower.Target = target;
        var append = Append(leaderId: 1, records: 3000) with { StartsAnew = true };

        var result = await SendAsync(leader, 2, append);

        Assert.Equal(Follower.ResultOf(append), result);
        var taken = Assert.Single(target.Taken);
        Assert.Equal(append with { Records = default }, taken.Append with { Records = default });
        Assert.Equal(append.Records.ToArray(), taken.Records);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31 << 10)]
    [InlineData(33 << 10)]
    [InlineData(5 << 20)]
    public async Task Many_appends_at_once_are_each_answered_whatever_their_size(int records)
    {
        var leader = Listen(1);
        var target = new Follower();
        Listen(2).Target = target;
        await SendAsync(leader, 2, Append(1, 0));

        var appends = Enumerable.Range(0, 200).Select(n => Append(1, records) with { PreviousOffset = n }).ToArray();
        var results = new ReplicaAppendResult[appends.Length];
        await Parallel.ForAsync(0, appends.Length, TestContext.Current.CancellationToken, async (index, _) =>
            results[index] = await SendAsync(leader, 2, appends[index]));

        Assert.Equal(appends.Select(Follower.ResultOf), results);
        Assert.Equal(201, target.Taken.Count);
        Assert.All(target.Taken.Skip(1), taken => Assert.Equal(appends[0].Records.ToArray(), taken.Records));
    }

    [Fact]
    public async Task Answers_may_come_in_any_order()
    {
        var leader = Listen(1);
        var target = new Follower { Holds = true };
        Listen(2).Target = target;
        var first = SendAsync(leader, 2, Append(1, 10) with { PreviousOffset = 1 });
        await Until.TrueAsync(() => target.Held.Count == 1);
        var second = SendAsync(leader, 2, Append(1, 10) with { PreviousOffset = 2 });
        await Until.TrueAsync(() => target.Held.Count == 2);

        target.Held[1].SetResult();

        Assert.Equal(2, (await second).EndOffset);
        Assert.False(first.IsCompleted);
        target.Held[0].SetResult();
        Assert.Equal(1, (await first).EndOffset);
    }

    [Fact]
    public async Task A_broker_that_is_nowhere_is_not_ready_and_is_found_when_it_comes()
    {
        var leader = Listen(1);
        Assert.Equal(ReplicaAppendStatus.Unready, (await leader.AppendAsync(2, Append(1, 0))).Status);

        Listen(2).Target = new Follower();

        Assert.Equal(ReplicaAppendStatus.Appended, (await SendAsync(leader, 2, Append(1, 0))).Status);
    }

    [Fact]
    public async Task A_follower_without_a_target_is_not_ready()
    {
        var leader = Listen(1);
        var follower = Listen(2);
        var result = SendAsync(leader, 2, Append(1, 0));

        follower.Target = new Follower();

        Assert.Equal(ReplicaAppendStatus.Appended, (await result).Status);
    }

    [Fact]
    public async Task A_link_that_breaks_loses_what_was_on_it_and_is_made_anew()
    {
        var leader = Listen(1);
        var target = new Follower { Holds = true };
        var follower = Listen(2);
        follower.Target = target;
        var lost = SendAsync(leader, 2, Append(1, 10));
        await Until.TrueAsync(() => target.Held.Count == 1);

        await StopAsync(follower);
        Assert.Equal(ReplicaAppendStatus.Lost, (await lost).Status);
        target.Held[0].SetResult();
        Listen(2).Target = new Follower();

        Assert.Equal(ReplicaAppendStatus.Appended, (await SendAsync(leader, 2, Append(1, 10))).Status);
    }

    [Fact]
    public async Task What_is_on_the_way_is_bounded_and_a_slow_broker_holds_back_no_other()
    {
        var leader = Listen(1, new LinkLimits { InFlightBytesMax = 100_000 });
        var slow = new Follower { Holds = true };
        Listen(2).Target = slow;
        Listen(3).Target = new Follower();
        var waiting = new List<Task<ReplicaAppendResult>> { SendAsync(leader, 2, Append(1, 40_000)) };
        await Until.TrueAsync(() => slow.Held.Count == 1);
        waiting.Add(leader.AppendAsync(2, Append(1, 40_000)).AsTask());

        Assert.Equal(ReplicaAppendStatus.Unready, (await leader.AppendAsync(2, Append(1, 40_000))).Status);

        Assert.All(waiting, static wait => Assert.False(wait.IsCompleted));
        Assert.Equal(ReplicaAppendStatus.Appended, (await SendAsync(leader, 3, Append(1, 40_000))).Status);
        await Until.TrueAsync(() => slow.Held.Count == 2);
        slow.Held.ForEach(static held => held.SetResult());
        Assert.All(await Task.WhenAll(waiting), result => Assert.Equal(ReplicaAppendStatus.Appended, result.Status));
        slow.Holds = false;
        Assert.Equal(ReplicaAppendStatus.Appended, (await SendAsync(leader, 2, Append(1, 200_000))).Status);
    }

    [Fact]
    public async Task A_follower_reads_no_more_than_it_may_hold()
    {
        var leader = Listen(1);
        var target = new Follower { Holds = true };
        Listen(2, new LinkLimits { InFlightBytesMax = 100_000 }).Target = target;
        var first = SendAsync(leader, 2, Append(1, 60_000));
        await Until.TrueAsync(() => target.Held.Count == 1);

        var second = leader.AppendAsync(2, Append(1, 60_000)).AsTask();
        target.Held[0].SetResult();

        Assert.Equal(ReplicaAppendStatus.Appended, (await first).Status);
        await Until.TrueAsync(() => target.Held.Count == 2);
        target.Held[1].SetResult();
        Assert.Equal(ReplicaAppendStatus.Appended, (await second).Status);
    }

    [Fact]
    public async Task A_broker_that_answers_nothing_is_given_up_after_a_while()
    {
        var time = new ManualTime();
        var leader = Listen(1, time: time);
        var target = new Follower { Holds = true };
        Listen(2).Target = target;
        var lost = SendAsync(leader, 2, Append(1, 10));
        await Until.TrueAsync(() => target.Held.Count == 1);

        time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(lost.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(ReplicaAppendStatus.Lost, (await lost).Status);
        target.Holds = false;
        target.Held[0].SetResult();
        Assert.Equal(ReplicaAppendStatus.Appended, (await SendAsync(leader, 2, Append(1, 10))).Status);
    }

    [Theory]
    [InlineData("another cluster", 9, 2)]
    [InlineData(Cluster, 9, 3)]
    public async Task A_stranger_is_turned_away(string clusterId, int from, int to)
    {
        var follower = Listen(2);
        using var stranger = await ConnectAsync(follower);
        await stranger.SendAsync(LinkWire.Hello(clusterId, from, to), TestContext.Current.CancellationToken);

        var answer = await ReadToEndAsync(stranger);

        Assert.Equal(LinkWire.HelloAnswer(isWelcome: false), answer);
    }

    [Fact]
    public async Task Garbage_closes_its_connection_and_harms_nobody()
    {
        var leader = Listen(1);
        var follower = Listen(2);
        follower.Target = new Follower();
        Assert.Equal(ReplicaAppendStatus.Appended, (await SendAsync(leader, 2, Append(1, 10))).Status);
        var random = new Random(5);
        foreach (var bytes in Garbage(random))
        {
            using var stranger = await ConnectAsync(follower);
            await stranger.SendAsync(bytes, TestContext.Current.CancellationToken);
            stranger.Shutdown(SocketShutdown.Send);
            await ReadToEndAsync(stranger);
        }

        Assert.Equal(ReplicaAppendStatus.Appended, (await leader.AppendAsync(2, Append(1, 10))).Status);
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_closes_the_link()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _endpoints[2] = listener.LocalEndPoint!.ToString()!;
        var leader = Listen(1);
        var result = SendAsync(leader, 2, Append(1, 10));
        using var link = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        await link.SendAsync(LinkWire.HelloAnswer(isWelcome: true), TestContext.Current.CancellationToken);
        var answer = new byte[LinkWire.AppendAnswerBytes];
        LinkWire.WriteAnswer(answer, 77, ReplicaAppendResult.Of(ReplicaAppendStatus.Appended));

        await link.SendAsync(answer, TestContext.Current.CancellationToken);

        await ReadToEndAsync(link);
        listener.Dispose();
        Assert.NotEqual(ReplicaAppendStatus.Appended, (await leader.AppendAsync(2, Append(1, 10))).Status);
        await DisposeAsync();
        Assert.Equal(ReplicaAppendStatus.Lost, (await result).Status);
    }

    private static IEnumerable<byte[]> Garbage(Random random)
    {
        var hello = LinkWire.Hello(Cluster, 9, 2);
        yield return [];
        yield return hello[..7];
        foreach (var size in new[] { int.MinValue, -1, 0, 7, 72, (128 << 20) - 3, int.MaxValue })
        {
            var head = new byte[LinkWire.AppendHeadBytes];
            BinaryPrimitives.WriteInt32BigEndian(head, size);
            yield return head;
            yield return [.. hello, .. head];
        }

        var append = new byte[LinkWire.AppendHeadBytes];
        LinkWire.WriteAppendHead(append, 1, Append(leaderId: 8, records: 0));
        yield return [.. hello, .. append];
        LinkWire.WriteAppendHead(append, 1, Append(leaderId: 9, records: 0));
        yield return [.. hello, .. append[..^1]];
        append[5] ^= 1;
        yield return [.. hello, .. append];
        for (var index = 0; index < 50; index++)
        {
            var bytes = new byte[random.Next(1, 300)];
            random.NextBytes(bytes);
            yield return bytes;
            yield return [.. hello, .. bytes];
        }
    }

    private static ReplicaAppend Append(int leaderId, int records)
    {
        var bytes = new byte[records];
        for (var index = 0; index < bytes.Length; index++)
        {
            bytes[index] = (byte)(index * 31);
        }

        return new ReplicaAppend
        {
            TopicId = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
            Partition = 3,
            LeaderId = leaderId,
            LeaderEpoch = 5,
            LeaderEpochStartOffset = 1L << 40,
            PreviousEpoch = -1,
            PreviousOffset = 7,
            HighWatermark = 6,
            LogStartOffset = 2,
            Records = bytes,
        };
    }

    // As a leader does: again where the follower is not ready yet.
    private static async Task<ReplicaAppendResult> SendAsync(TcpReplicaLinks links, int brokerId, ReplicaAppend append)
    {
        while (true)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var result = await links.AppendAsync(brokerId, append);
            if (result.Status != ReplicaAppendStatus.Unready)
            {
                return result;
            }

            await Task.Yield();
        }
    }

    private static async Task<Socket> ConnectAsync(TcpReplicaLinks links)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(links.Endpoint), TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        var bytes = new List<byte>();
        var buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) is var count and > 0)
            {
                bytes.AddRange(buffer.AsSpan(0, count));
            }
        }
        catch (SocketException)
        {
            // Closed with something unread.
        }

        return [.. bytes];
    }

    private async Task StopAsync(TcpReplicaLinks links)
    {
        _open.Remove(links);
        await links.DisposeAsync();
    }

    // However slow the machine is, nobody is given up: time passes only where a test lets it.
    private TcpReplicaLinks Listen(int brokerId, LinkLimits? limits = null, ManualTime? time = null)
    {
        var links = TcpReplicaLinks.Listen(
            Cluster,
            brokerId,
            id => _endpoints.GetValueOrDefault(id),
            (limits ?? new LinkLimits()) with
            {
                BackoffMin = TimeSpan.Zero,
                BackoffMax = TimeSpan.Zero,
                HelloTimeout = TimeSpan.FromMinutes(1),
            },
            time ?? new ManualTime(),
            NullLogger.Instance);
        _endpoints[brokerId] = links.Endpoint;
        _open.Add(links);
        return links;
    }

    private sealed class Follower : IReplicaTarget
    {
        private readonly Lock _gate = new();
        private readonly List<TaskCompletionSource> _held = [];
        private readonly List<(ReplicaAppend Append, byte[] Records)> _taken = [];

        public bool Holds { get; set; }

        public List<TaskCompletionSource> Held
        {
            get
            {
                lock (_gate)
                {
                    return [.. _held];
                }
            }
        }

        public List<(ReplicaAppend Append, byte[] Records)> Taken
        {
            get
            {
                lock (_gate)
                {
                    return [.. _taken];
                }
            }
        }

        public static ReplicaAppendResult ResultOf(ReplicaAppend append) => new()
        {
            Status = ReplicaAppendStatus.Appended,
            Epoch = append.LeaderEpoch,
            EndOffset = append.PreviousOffset,
            BrokerEpoch = 1L << 33,
        };

        public async ValueTask<ReplicaAppendResult> AppendAsync(ReplicaAppend append)
        {
            TaskCompletionSource? held = null;
            lock (_gate)
            {
                if (Holds)
                {
                    _held.Add(held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                }
            }

            if (held is not null)
            {
                await held.Task;
            }

            lock (_gate)
            {
                _taken.Add((append, append.Records.ToArray()));
            }

            return ResultOf(append);
        }
    }
}
