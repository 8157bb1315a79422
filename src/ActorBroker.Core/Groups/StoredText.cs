// What clients send as strings is stored again in other bytes: what is no UTF-8 was read as U+FFFD, which takes three
// bytes for one. So what is to be stored is measured as it would be written, before anything is decided.
using System.Text;
using ActorBroker.Assignors.Wire;

namespace ActorBroker.Core.Groups;

/// <summary>Strings of requests that go into records.</summary>
internal static class StoredText
{
    /// <summary>The longest string that a record can have, in UTF-8.</summary>
    public const int BytesMax = short.MaxValue;

    // The most that one char becomes.
    private const int BytesPerChar = 3;

    /// <summary>Bytes in a record, without the length before them.</summary>
    public static int SizeOf(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);

    /// <summary>Whether a record can have it.</summary>
    public static bool Fits(string? text) =>
        text is null || text.Length <= BytesMax / BytesPerChar || SizeOf(text) <= BytesMax;

    /// <summary>Whether records can have who asks.</summary>
    public static bool Fits(in MemberName member, GroupClient client) =>
        Fits(member.MemberId) && Fits(member.InstanceId) && Fits(client.ClientId) && Fits(client.Host);

    /// <summary>Whether a record can have what a classic member reads.</summary>
    public static bool Fits(MemberSubscription subscription) =>
        Fits(subscription.RackId) && subscription.Topics.All(Fits);

    /// <summary>As much of the beginning as fits into so many bytes.</summary>
    public static string Cut(string text, int bytesMax)
    {
        if (SizeOf(text) <= bytesMax)
        {
            return text;
        }

        var (chars, bytes) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > bytesMax)
            {
                break;
            }

            chars += rune.Utf16SequenceLength;
        }

        return text[..chars];
    }
}
