using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;

namespace ActorBroker.Broker.Catalogue;

// Changes of all topics, deleted ones, and topics as bodies.
internal sealed partial class ClusterCatalogue
{
    /// <summary>
    /// Documents change while they are gone through, but nobody keeps on changing the same ones for so long.
    /// </summary>
    private const int TriesMax = 100;

    /// <summary>
    /// Changes every topic of which the function makes a new version (null: it stays as it is). Where somebody else
    /// was faster it is asked again, so that it has seen the last word on each topic.
    /// </summary>
    public void ChangeTopics(Func<TopicDocument, TopicDocument?> change)
    {
        var topics = ListTopics();
        for (var tries = 0; tries < TriesMax; tries++)
        {
            List<TopicDocument> changed = [.. topics.Select(change).OfType<TopicDocument>()];
            if (changed.Count == 0)
            {
                return;
            }

            var written = TryWriteTopics(changed);
            topics =
            [
                .. changed.Where((_, index) => !written[index])
                    .Select(topic => ReadTopic(topic.Name)).OfType<TopicDocument>(),
            ];
        }

        throw new CatalogueException("the catalogue's topics are changed by somebody else, again and again");
    }

    /// <summary>
    /// Removes a topic, together with a note that its folders are to go: without it a folder that a broker finds is not
    /// known to be wanted no more.
    /// </summary>
    public bool TryDeleteTopic(TopicDocument topic)
    {
        var writes = new List<CatalogueWrite>();
        if (documents.Read(DeletionKey(topic.Id)) is null)
        {
            var brokers = topic.Partitions.SelectMany(static partition => partition.Replicas).Distinct().Order();
            var note = new DeletionBody(topic.Name, [.. brokers]);
            writes.Add(new CatalogueWrite(
                DeletionKey(topic.Id), 0, Serialize(note, CatalogueJson.Default.DeletionBody)));
        }

        // The note comes first: should the topic stay, it says nothing as long as there is a topic of that id.
        writes.Add(new CatalogueWrite(TopicKey(topic.Name), topic.Version, null));
        return documents.TryWrite(writes)[^1];
    }

    /// <summary>The deleted topics of which folders may be left.</summary>
    public IReadOnlySet<Guid> ListDeletions() =>
        documents.List(Deletions).Select(document => Guid.ParseExact(document.Key.Name, "N")).ToHashSet();

    /// <summary>The broker has no folder of the deleted topic left; the last one takes the note away.</summary>
    public void FinishDeletion(Guid topicId, int brokerId)
    {
        while (documents.Read(DeletionKey(topicId)) is { } note)
        {
            var body = Deserialize(note, CatalogueJson.Default.DeletionBody);
            int[] left = [.. (body.Brokers ?? []).Where(id => id != brokerId)];
            if (left.Length == body.Brokers?.Length)
            {
                return;
            }

            var done = left.Length == 0
                ? documents.TryDelete(note.Key, note.Version)
                : documents.TryWrite(
                    note.Key,
                    note.Version,
                    Serialize(body with { Brokers = left }, CatalogueJson.Default.DeletionBody));
            if (done)
            {
                return;
            }
        }
    }

    private static CatalogueKey DeletionKey(Guid topicId) => new(Deletions, topicId.ToString("N"));

    private static TopicDocument ToTopic(CatalogueDocument document)
    {
        var body = Deserialize(document, CatalogueJson.Default.TopicBody);
        return new TopicDocument(
            body.Name,
            body.Id,
            document.Version,
            [.. body.Partitions.Select(partition => ToState(document, partition))],
            (body.Configs ?? []).ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    private static PartitionState ToState(CatalogueDocument document, PartitionBody body)
    {
        var state = new PartitionState(
            [.. body.Replicas], [.. body.InSync], body.Leader, body.LeaderEpoch, [.. body.EligibleLeaders ?? []])
        {
            InSyncEpochs = [.. body.InSyncEpochs ?? []],
            EligibleLeaderEpochs = [.. body.EligibleLeaderEpochs ?? []],
            Adding = [.. body.Adding ?? []],
            Removing = [.. body.Removing ?? []],
        };

        // Epochs are missing as a whole, or there is one for each.
        return Fits(state.InSync, state.InSyncEpochs) && Fits(state.EligibleLeaders, state.EligibleLeaderEpochs)
            ? state
            : throw FileCatalogue.Corrupt(
                $"{document.Key.Kind}/{document.Key.Name}", new FormatException("broker epochs are missing"));

        static bool Fits(ImmutableArray<int> members, ImmutableArray<long> epochs) =>
            epochs.IsEmpty || epochs.Length == members.Length;
    }

    private static TopicBody ToBody(TopicDocument topic) => new(
        topic.Name, topic.Id, [.. topic.Partitions.Select(ToBody)], new Dictionary<string, string>(topic.Configs));

    private static PartitionBody ToBody(PartitionState partition) => new(
        [.. partition.Replicas],
        [.. partition.InSync],
        partition.Leader,
        partition.LeaderEpoch,
        [.. partition.EligibleLeaders],
        partition.InSyncEpochs.IsDefaultOrEmpty ? null : [.. partition.InSyncEpochs],
        partition.EligibleLeaderEpochs.IsDefaultOrEmpty ? null : [.. partition.EligibleLeaderEpochs],
        partition.Adding.IsDefaultOrEmpty ? null : [.. partition.Adding],
        partition.Removing.IsDefaultOrEmpty ? null : [.. partition.Removing]);
}
