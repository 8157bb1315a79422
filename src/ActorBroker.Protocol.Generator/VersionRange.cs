using System.Globalization;

namespace ActorBroker.Protocol.Generator;

/// <summary>Versions as the specs write them: <c>4</c>, <c>0-2</c>, <c>3+</c> or <c>none</c>.</summary>
internal readonly struct VersionRange(short lowest, short highest)
{
    public static readonly VersionRange All = new(0, short.MaxValue);
    public static readonly VersionRange None = new(short.MaxValue, -1);

    public short Lowest { get; } = lowest;

    public short Highest { get; } = highest;

    public bool Contains(int version) => version >= Lowest && version <= Highest;

    public static bool TryParse(string text, out VersionRange range)
    {
        range = None;
        if (text == "none")
        {
            return true;
        }

        var dash = text.IndexOf('-');
        var open = text.EndsWith("+", StringComparison.Ordinal);
        var first = open ? text.Substring(0, text.Length - 1) : dash > 0 ? text.Substring(0, dash) : text;
        var last = dash > 0 ? text.Substring(dash + 1) : first;
        if (!TryParseVersion(first, out var lowest) || !TryParseVersion(last, out var highest) || highest < lowest)
        {
            return false;
        }

        range = new VersionRange(lowest, open ? short.MaxValue : highest);
        return true;
    }

    public override string ToString() =>
        Highest < 0 ? "none"
        : Highest == short.MaxValue ? Lowest + "+"
        : Highest == Lowest ? Lowest.ToString(CultureInfo.InvariantCulture)
        : Lowest + "-" + Highest;

    private static bool TryParseVersion(string text, out short version) =>
        short.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out version);
}
