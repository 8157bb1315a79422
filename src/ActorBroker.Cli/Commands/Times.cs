using System.Globalization;

namespace ActorBroker.Cli.Commands;

/// <summary>Points in time as the command line takes and shows them.</summary>
internal static class Times
{
    /// <summary>Three thousand years: longer ago than any time that a record can have.</summary>
    private const long SecondsMax = 100_000_000_000;

    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>UTC to the millisecond; null where there is none.</summary>
    public static string? Text(long unixMs) => unixMs < 0
        ? null
        : DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(unixMs, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()))
            .UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>
    /// A time (<c>2026-01-31T08:00:00Z</c>; without a zone it is UTC), Unix milliseconds (<c>@1769846400000</c>) or how
    /// long ago (<c>90s</c>, <c>15m</c>, <c>2h</c>, <c>7d</c>).
    /// </summary>
    public static DateTimeOffset Parse(string option, string text)
    {
        if (text.StartsWith('@')
            && long.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(ms);
        }

        if (TryParseAge(text, out var age) && age < DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch)
        {
            return DateTimeOffset.UtcNow - age;
        }

        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Styles, out var time)
            && time >= DateTimeOffset.UnixEpoch
                ? time
                : throw new UsageException(
                    $"{option} '{text}' is no time: write 2026-01-31T08:00:00Z, @ and Unix milliseconds, " +
                    "or how long ago, like 90s, 15m, 2h or 7d.");
    }

    private static bool TryParseAge(string text, out TimeSpan age)
    {
        age = default;
        var number = text.AsSpan(0, Math.Max(text.Length - 1, 0));
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n))
        {
            return false;
        }

        long? unitSeconds = text[^1] switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 24 * 3600,
            _ => null,
        };
        var seconds = unitSeconds.GetValueOrDefault() * n;
        age = TimeSpan.FromSeconds(Math.Min(seconds, SecondsMax));
        return unitSeconds is not null;
    }
}
