// Leaders' proposals become compare-and-sets on a thread that may block. While one write is under way the next ones
// gather: what a thousand partitions of a topic want at once is one document, written once.
using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Core.Catalogue;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Replication;

/// <summary>Records what leaders want of their in-sync sets.</summary>
/// <remarks>
/// A proposal replaces just the state that it was made from, so one that comes too late changes nothing. One whose
/// outcome is not known is tried again until it is; its leader counts both sets until then.
/// </remarks>
internal sealed class InSyncProposals(ClusterCatalogue catalogue, ReplicationService replication, TimeProvider time,
    ILogger logger) : IThreadPoolWorkItem, IDisposable
{
    private const int WriteTriesMax = 20;
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly WorkerThreads _worker = new("in-sync", 1);
    private List<InSyncProposal> _waiting = [];
    private List<InSyncProposal> _current = [];
    private ITimer? _timer;
    private bool _isScheduled;
    private bool _isFailing;
    private bool _isStopped;
    private long _shrinks;
    private long _expands;

    /// <summary>Members that leaders took out of in-sync sets.</summary>
    public long Shrinks => Interlocked.Read(ref _shrinks);

    /// <summary>Members that they took in.</summary>
    public long Expands => Interlocked.Read(ref _expands);

    public void Add(InSyncProposal proposal)
    {
        lock (_gate)
        {
            _waiting.Add(proposal);
            if (!_isScheduled && !_isStopped)
            {
                _isScheduled = _worker.TryPost(this);
            }
        }
    }

    public void Execute()
    {
        lock (_gate)
        {
            (_waiting, _current) = (_current, _waiting);
        }

        var left = new List<InSyncProposal>();
        foreach (var topic in _current.GroupBy(static proposal => proposal.Actor.TopicId))
        {
            if (!TryRecord([.. topic]))
            {
                left.AddRange(topic);
            }
        }

        _current.Clear();
        lock (_gate)
        {
            _waiting.InsertRange(0, left);
            if (left.Count > 0 && !_isStopped)
            {
                _timer ??= time.CreateTimer(
                    static state => ((InSyncProposals)state!).Resume(), this, Rest, Timeout.InfiniteTimeSpan);
                _timer.Change(Rest, Timeout.InfiniteTimeSpan);
            }
            else
            {
                _isScheduled = _waiting.Count > 0 && !_isStopped && _worker.TryPost(this);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopped = true;
            _timer?.Dispose();
        }

        _worker.Dispose();
    }

    private void Resume()
    {
        lock (_gate)
        {
            _isScheduled = !_isStopped && _worker.TryPost(this);
        }
    }

    /// <summary>One topic's proposals; false when nobody knows whether they are recorded.</summary>
    private bool TryRecord(IReadOnlyList<InSyncProposal> proposals)
    {
        var actor = proposals[0].Actor;
        try
        {
            for (var tries = 0; tries < WriteTriesMax; tries++)
            {
                if (catalogue.ReadTopic(actor.Name.Topic) is not { } topic || topic.Id != actor.TopicId)
                {
                    return true;
                }

                var next = Apply(topic, proposals);
                if (next is null || catalogue.TryWriteTopic(next))
                {
                    End(proposals, topic, next ?? topic);
                    return true;
                }
            }

            return false;
        }
#pragma warning disable CA1031 // Whatever ails the catalogue: the outcome is unknown, and another try will tell.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (!_isFailing)
            {
                _isFailing = true;
                ReplicationLogs.ProposalsFailed(logger, failure);
            }

            return false;
        }
    }

    private TopicDocument? Apply(TopicDocument topic, IReadOnlyList<InSyncProposal> proposals)
    {
        var partitions = topic.Partitions.ToBuilder();
        var isChanged = false;
        foreach (var proposal in proposals)
        {
            var index = proposal.Actor.Name.Partition;
            if (index < partitions.Count && proposal.NextOf(partitions[index], replication.View) is { } next)
            {
                partitions[index] = next;
                isChanged = true;
            }
        }

        return isChanged
            ? topic with { Version = topic.Version + 1, Partitions = partitions.ToImmutable() }
            : null;
    }

    private void End(IReadOnlyList<InSyncProposal> proposals, TopicDocument before, TopicDocument after)
    {
        _isFailing = false;
        foreach (var proposal in proposals)
        {
            proposal.Ended(after.Version, after.Partitions[proposal.Actor.Name.Partition]);
        }

        for (var index = 0; index < after.Partitions.Length; index++)
        {
            var (old, now) = (before.Partitions[index].InSync, after.Partitions[index].InSync);
            if (!old.AsSpan().SequenceEqual(now.AsSpan()))
            {
                Interlocked.Add(ref _shrinks, old.Except(now).Count());
                Interlocked.Add(ref _expands, now.Except(old).Count());
                ReplicationLogs.InSyncChanged(
                    logger, after.Name, index, string.Join(',', old), string.Join(',', now));
            }
        }
    }
}
