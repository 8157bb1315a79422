using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Background;

/// <summary>
/// Removes the folders of deleted topics, and of replicas that moved away, once <c>file.delete.delay.ms</c> is over.
/// </summary>
/// <remarks>
/// What a stop leaves behind is removed at the next start, so nothing is written down here but the end: when a
/// topic's last folder is gone, so is the catalogue's note of its deletion.
/// </remarks>
internal sealed class FolderRemovals(
    int brokerId, IFileSystem fileSystem, ClusterCatalogue catalogue, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<Removal> _removals = [];
    private readonly MonotonicClock _clock = new(time);

    /// <param name="topicId">The topic.</param>
    /// <param name="folders">Its folders, under their new names.</param>
    /// <param name="complete">False when the topic lives, or a folder could not be set aside: a note of its deletion
    /// stays for the next start.</param>
    /// <param name="delayMs">How long the folders stay.</param>
    public void Add(Guid topicId, IReadOnlyList<string> folders, bool complete, long delayMs)
    {
        lock (_gate)
        {
            _removals.Add(new Removal(topicId, folders, complete, _clock.NowMs + delayMs));
        }
    }

    /// <summary>Removes what is due; a folder that can't be removed yet is tried again next time.</summary>
    public void RemoveDue()
    {
        Removal[] due;
        lock (_gate)
        {
            due = [.. _removals.Where(removal => removal.DueMs <= _clock.NowMs)];
        }

        foreach (var removal in due)
        {
            foreach (var folder in removal.Folders)
            {
                fileSystem.DeleteDirectory(folder);
            }

            if (removal.Complete)
            {
                catalogue.FinishDeletion(removal.TopicId, brokerId);
            }

            lock (_gate)
            {
                _removals.Remove(removal);
            }
        }
    }

    private sealed record Removal(Guid TopicId, IReadOnlyList<string> Folders, bool Complete, long DueMs);
}
