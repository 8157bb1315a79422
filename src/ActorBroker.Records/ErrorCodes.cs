using System.Collections.Frozen;
using System.Text;

namespace ActorBroker.Records;

/// <summary>
/// What a client needs to know about an <see cref="ErrorCode"/>: its Kafka name, and whether to try again.
/// </summary>
public static class ErrorCodes
{
    private static readonly FrozenDictionary<ErrorCode, string> Names =
        Enum.GetValues<ErrorCode>().ToFrozenDictionary(code => code, code => KafkaName(code.ToString()));

    /// <summary>True where Kafka's clients repeat the request after this error.</summary>
    public static bool IsRetriable(this ErrorCode code) => code is
        ErrorCode.CorruptMessage or ErrorCode.UnknownTopicOrPartition or ErrorCode.LeaderNotAvailable or
        ErrorCode.NotLeaderOrFollower or ErrorCode.RequestTimedOut or ErrorCode.ReplicaNotAvailable or
        ErrorCode.NetworkException or ErrorCode.CoordinatorLoadInProgress or
        ErrorCode.CoordinatorNotAvailable or ErrorCode.NotCoordinator or ErrorCode.NotEnoughReplicas or
        ErrorCode.NotEnoughReplicasAfterAppend or ErrorCode.NotController or
        ErrorCode.ConcurrentTransactions or ErrorCode.KafkaStorageError or ErrorCode.FetchSessionIdNotFound or
        ErrorCode.InvalidFetchSessionEpoch or ErrorCode.ListenerNotFound or ErrorCode.FencedLeaderEpoch or
        ErrorCode.UnknownLeaderEpoch or ErrorCode.OffsetNotAvailable or
        ErrorCode.PreferredLeaderNotAvailable or ErrorCode.EligibleLeadersNotAvailable or
        ErrorCode.ElectionNotNeeded or ErrorCode.UnstableOffsetCommit or ErrorCode.ThrottlingQuotaExceeded or
        ErrorCode.UnknownTopicId or ErrorCode.InconsistentTopicId or ErrorCode.FetchSessionTopicIdError or
        ErrorCode.ShareSessionNotFound or ErrorCode.InvalidShareSessionEpoch;

    /// <summary>
    /// Kafka's name, e.g. <c>UNKNOWN_TOPIC_OR_PARTITION</c>; an unknown number is an unknown server error.
    /// </summary>
    public static string Name(this ErrorCode code) => Names.GetValueOrDefault(code, "UNKNOWN_SERVER_ERROR");

    private static string KafkaName(string pascal)
    {
        var name = new StringBuilder(pascal.Length + 8);
        foreach (var letter in pascal)
        {
            if (char.IsUpper(letter) && name.Length > 0)
            {
                name.Append('_');
            }

            name.Append(char.ToUpperInvariant(letter));
        }

        return name.ToString();
    }
}
