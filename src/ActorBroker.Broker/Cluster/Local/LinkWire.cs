// Frames as Kafka has them: the size, then key, version and correlation of a request, or the correlation of an answer.
// All big-endian. The keys are ours, far above Kafka's: these links have a port of their own that no client talks to.
using System.Buffers.Binary;
using System.Text;
using ActorBroker.Core.Replication;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>The frames between brokers.</summary>
internal static class LinkWire
{
    /// <summary>The first frame of each connection.</summary>
    public const short HelloKey = 20000;

    /// <summary>An append.</summary>
    public const short AppendKey = 20001;

    /// <summary>The only version there is.</summary>
    public const short Version = 1;

    /// <summary>Size, key, version, correlation.</summary>
    public const int RequestHeadBytes = 12;

    /// <summary>All of an append's frame before its records.</summary>
    public const int AppendHeadBytes = RequestHeadBytes + 65;

    /// <summary>An append's answer.</summary>
    public const int AppendAnswerBytes = 33;

    /// <summary>The answer to a hello.</summary>
    public const int HelloAnswerBytes = 10;

    /// <summary>Longer than any hello.</summary>
    public const int HelloBytesMax = 1024;

    /// <summary>Writes all of an append's frame but its records.</summary>
    public static void WriteAppendHead(Span<byte> head, int correlation, in ReplicaAppend append)
    {
        WriteRequestHead(head, AppendHeadBytes + append.Records.Length, AppendKey, correlation);
        head = head[RequestHeadBytes..];
        append.TopicId.TryWriteBytes(head, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(head[16..], append.Partition);
        BinaryPrimitives.WriteInt32BigEndian(head[20..], append.LeaderId);
        BinaryPrimitives.WriteInt32BigEndian(head[24..], append.LeaderEpoch);
        BinaryPrimitives.WriteInt64BigEndian(head[28..], append.LeaderEpochStartOffset);
        BinaryPrimitives.WriteInt32BigEndian(head[36..], append.PreviousEpoch);
        BinaryPrimitives.WriteInt64BigEndian(head[40..], append.PreviousOffset);
        BinaryPrimitives.WriteInt64BigEndian(head[48..], append.HighWatermark);
        BinaryPrimitives.WriteInt64BigEndian(head[56..], append.LogStartOffset);
        head[64] = append.StartsAnew ? (byte)1 : (byte)0;
    }

    /// <summary>Reads an append from a whole frame, of which it keeps the records' part.</summary>
    public static ReplicaAppend ReadAppend(ReadOnlyMemory<byte> frame)
    {
        var head = frame.Span[RequestHeadBytes..];
        return new ReplicaAppend
        {
            TopicId = new Guid(head[..16], bigEndian: true),
            Partition = BinaryPrimitives.ReadInt32BigEndian(head[16..]),
            LeaderId = BinaryPrimitives.ReadInt32BigEndian(head[20..]),
            LeaderEpoch = BinaryPrimitives.ReadInt32BigEndian(head[24..]),
            LeaderEpochStartOffset = BinaryPrimitives.ReadInt64BigEndian(head[28..]),
            PreviousEpoch = BinaryPrimitives.ReadInt32BigEndian(head[36..]),
            PreviousOffset = BinaryPrimitives.ReadInt64BigEndian(head[40..]),
            HighWatermark = BinaryPrimitives.ReadInt64BigEndian(head[48..]),
            LogStartOffset = BinaryPrimitives.ReadInt64BigEndian(head[56..]),
            StartsAnew = (head[64] & 1) != 0,
            Records = frame[AppendHeadBytes..],
        };
    }

    /// <summary>Writes an append's answer.</summary>
    public static void WriteAnswer(Span<byte> answer, int correlation, in ReplicaAppendResult result)
    {
        BinaryPrimitives.WriteInt32BigEndian(answer, AppendAnswerBytes - sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(answer[4..], correlation);
        answer[8] = (byte)result.Status;
        BinaryPrimitives.WriteInt32BigEndian(answer[9..], result.Epoch);
        BinaryPrimitives.WriteInt64BigEndian(answer[13..], result.EndOffset);
        BinaryPrimitives.WriteInt64BigEndian(answer[21..], result.BrokerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(answer[29..], result.RestMs);
    }

    /// <summary>Reads an append's answer; false where it is none.</summary>
    public static bool TryReadAnswer(ReadOnlySpan<byte> answer, out int correlation, out ReplicaAppendResult result)
    {
        correlation = BinaryPrimitives.ReadInt32BigEndian(answer[4..]);
        result = new ReplicaAppendResult
        {
            Status = (ReplicaAppendStatus)answer[8],
            Epoch = BinaryPrimitives.ReadInt32BigEndian(answer[9..]),
            EndOffset = BinaryPrimitives.ReadInt64BigEndian(answer[13..]),
            BrokerEpoch = BinaryPrimitives.ReadInt64BigEndian(answer[21..]),
            RestMs = BinaryPrimitives.ReadInt32BigEndian(answer[29..]),
        };
        return BinaryPrimitives.ReadInt32BigEndian(answer) == AppendAnswerBytes - sizeof(int)
            && result.Status <= ReplicaAppendStatus.Lost;
    }

    /// <summary>A hello: who it is, in which cluster, and whom it means to talk to.</summary>
    public static byte[] Hello(string clusterId, int from, int to)
    {
        var name = Encoding.UTF8.GetBytes(clusterId);
        var frame = new byte[RequestHeadBytes + 8 + name.Length];
        WriteRequestHead(frame, frame.Length, HelloKey, correlation: 0);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(RequestHeadBytes), from);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(RequestHeadBytes + 4), to);
        name.CopyTo(frame, RequestHeadBytes + 8);
        return frame;
    }

    /// <summary>Reads a whole hello; null where it is none.</summary>
    public static LinkHello? ReadHello(ReadOnlySpan<byte> frame) => frame.Length >= RequestHeadBytes + 8
        && KeyOf(frame) == HelloKey
            ? new LinkHello(
                BinaryPrimitives.ReadInt16BigEndian(frame[6..]),
                BinaryPrimitives.ReadInt32BigEndian(frame[RequestHeadBytes..]),
                BinaryPrimitives.ReadInt32BigEndian(frame[(RequestHeadBytes + 4)..]),
                Encoding.UTF8.GetString(frame[(RequestHeadBytes + 8)..]))
            : null;

    /// <summary>The answer to a hello.</summary>
    public static byte[] HelloAnswer(bool isWelcome)
    {
        var answer = new byte[HelloAnswerBytes];
        BinaryPrimitives.WriteInt32BigEndian(answer, HelloAnswerBytes - sizeof(int));
        BinaryPrimitives.WriteInt16BigEndian(answer.AsSpan(8), isWelcome ? (short)0 : (short)1);
        return answer;
    }

    /// <summary>True where the answer to a hello says that it is welcome.</summary>
    public static bool IsWelcome(ReadOnlySpan<byte> answer) => answer.SequenceEqual(HelloAnswer(isWelcome: true));

    /// <summary>The key of a whole frame.</summary>
    public static short KeyOf(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadInt16BigEndian(frame[4..]);

    /// <summary>The correlation of a whole frame.</summary>
    public static int CorrelationOf(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadInt32BigEndian(frame[8..]);

    private static void WriteRequestHead(Span<byte> head, int frameBytes, short key, int correlation)
    {
        BinaryPrimitives.WriteInt32BigEndian(head, frameBytes - sizeof(int));
        BinaryPrimitives.WriteInt16BigEndian(head[4..], key);
        BinaryPrimitives.WriteInt16BigEndian(head[6..], Version);
        BinaryPrimitives.WriteInt32BigEndian(head[8..], correlation);
    }
}

/// <summary>What a broker says first.</summary>
/// <param name="Version">Of the links' protocol.</param>
/// <param name="From">Its id.</param>
/// <param name="To">The id of the broker that it means to talk to.</param>
/// <param name="ClusterId">Its cluster.</param>
internal sealed record LinkHello(short Version, int From, int To, string ClusterId);
