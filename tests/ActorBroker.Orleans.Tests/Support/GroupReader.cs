using System.Collections.Immutable;
using ActorBroker.Records;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Tests.Support;

/// <summary>A member of a group that comes through grains: it joins, syncs and beats, as a client would.</summary>
internal sealed class GroupReader : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly IConsumerGroupGrain _group;
    private readonly JoinGroup _join;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private int _ownedGeneration = -1;
    private TaskCompletionSource _changed = New();

    public GroupReader(IConsumerGroupGrain group, JoinGroup join)
    {
        _group = group;
        _join = join with { ClientId = "reader" };
        Name = join.Member;
    }

    /// <summary>Its name in the group now.</summary>
    public GroupMemberName Name { get; private set; }

    public int Generation { get; private set; } = -1;

    public ImmutableArray<TopicPartition> Owned { get; private set; } = [];

    /// <summary>The outcome that ended it, where one did.</summary>
    public ErrorCode Ended { get; private set; }

    /// <summary>Lives until it leaves, is disposed of, or is told that another has its place.</summary>
    public GroupReader Start()
    {
        _running = Task.Run(RunAsync);
        return this;
    }

    /// <summary>Waits until it holds of these readers.</summary>
    public static async Task WaitAsync(IReadOnlyList<GroupReader> readers, Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var changes = readers.Select(static reader => reader.NextChange()).ToList();
            if (condition())
            {
                return;
            }

            await Task.WhenAny([.. changes, .. readers.Select(static reader => reader._running)])
                .WaitAsync(limit.Token);
            foreach (var reader in readers)
            {
                if (reader._running.IsFaulted)
                {
                    await reader._running;
                }
            }
        }
    }

    /// <summary>Waits until these partitions are given to these readers, each to one, in one generation.</summary>
    public static Task SharedAsync(IReadOnlyList<GroupReader> readers, IReadOnlyCollection<TopicPartition> all) =>
        WaitAsync(readers, () =>
            readers.All(reader => reader.Generation > 0 && reader.Generation == readers[0].Generation) &&
            all.ToHashSet().SetEquals(readers.SelectMany(static reader => reader.Owned)) &&
            readers.Sum(static reader => reader.Owned.Length) == all.Count);

    /// <summary>Leaves the group.</summary>
    public async Task LeaveAsync()
    {
        await DisposeAsync();
        Assert.Equal(ErrorCode.None, await _group.LeaveAsync(Name));
    }

    /// <summary>Falls silent.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    private Task NextChange()
    {
        lock (_gate)
        {
            return _changed.Task;
        }
    }

    private async Task RunAsync()
    {
        string? ticket = null;
        while (!_stop.IsCancellationRequested && Ended == ErrorCode.None)
        {
            try
            {
                ticket = Generation < 0 ? await JoinAsync(ticket) : await BeatAsync();
            }
            catch (Exception failure) when (failure is SiloUnavailableException or TimeoutException)
            {
                // Another silo coordinates soon.
                ticket = null;
            }
        }
    }

    /// <summary>The ticket of a join that is pending.</summary>
    private async Task<string?> JoinAsync(string? ticket)
    {
        var joined = await _group.JoinAsync(_join with
        {
            Member = Name,
            Ticket = ticket,
            Owned = Owned,
            OwnedGeneration = _ownedGeneration,
            MaxWaitMs = 200,
        });
        Name = Name with { MemberId = joined.MemberId.Length > 0 ? joined.MemberId : Name.MemberId };
        Note(joined.Error);
        if (joined.Error != ErrorCode.None)
        {
            return joined.Ticket;
        }

        SyncGroupAnswer synced;
        do
        {
            synced = await _group.SyncAsync(new SyncGroup(Name, joined.Generation));
        }
        while (synced.IsPending && !_stop.IsCancellationRequested);

        Note(synced.Error);
        if (synced.Error == ErrorCode.None)
        {
            var isLess = joined.Assignor == "cooperative-sticky" && Owned.Except(synced.Assigned).Any();
            _ownedGeneration = joined.Generation;
            Change(isLess ? -1 : joined.Generation, synced.Assigned);
        }

        return null;
    }

    private async Task<string?> BeatAsync()
    {
        // So often a member beats; nothing waits for it.
        await Task.Delay(50, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Note(await _group.HeartbeatAsync(Name, Generation));
        return null;
    }

    private void Note(ErrorCode error)
    {
        switch (error)
        {
            case ErrorCode.RebalanceInProgress or ErrorCode.IllegalGeneration:
                Change(-1, Owned);
                break;
            case ErrorCode.UnknownMemberId:
                Name = Name with { MemberId = "" };
                _ownedGeneration = -1;
                Change(-1, []);
                break;
            case ErrorCode.FencedInstanceId or ErrorCode.InconsistentGroupProtocol or ErrorCode.InvalidRequest:
                Ended = error;
                Change(-1, []);
                break;
        }
    }

    private void Change(int generation, ImmutableArray<TopicPartition> owned)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            (Generation, Owned) = (generation, owned);
            (changed, _changed) = (_changed, New());
        }

        changed.TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
