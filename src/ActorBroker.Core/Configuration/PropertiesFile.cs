using System.Globalization;
using System.Text;

namespace ActorBroker.Core.Configuration;

/// <summary>
/// Reads Java's properties syntax, as Kafka's own files use it: <c>key=value</c>, <c>key: value</c> or <c>key
/// value</c>, comments after <c>#</c> or <c>!</c>, a backslash at the end of a line goes on in the next, <c>\n</c>
/// and <c>\u0041</c>.
/// </summary>
public static class PropertiesFile
{
    /// <summary>The settings in the text; <paramref name="origin"/> names the file.</summary>
    /// <exception cref="ConfigurationException">An escape is malformed.</exception>
    public static IReadOnlyList<ConfigInput> Parse(string text, string origin)
    {
        ArgumentNullException.ThrowIfNull(text);
        var inputs = new List<ConfigInput>();
        var lines = text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            var where = $"{origin} line {index + 1}";
            var line = lines[index].TrimStart(' ', '\t', '\f');
            if (line.Length == 0 || line[0] is '#' or '!')
            {
                continue;
            }

            while (ContinuesInTheNext(line))
            {
                index++;
                line = line[..^1] + (index < lines.Length ? lines[index].TrimStart(' ', '\t', '\f') : "");
            }

            inputs.Add(Split(line, where));
        }

        return inputs;
    }

    // An even number of backslashes is so many escaped backslashes, and the line ends.
    private static bool ContinuesInTheNext(string line)
    {
        var backslashes = line.Length - line.AsSpan().TrimEnd('\\').Length;
        return backslashes % 2 == 1;
    }

    private static ConfigInput Split(string line, string where)
    {
        var end = 0;
        while (end < line.Length && line[end] is not ('=' or ':' or ' ' or '\t' or '\f'))
        {
            end += line[end] == '\\' ? 2 : 1;
        }

        end = Math.Min(end, line.Length);
        var rest = line.AsSpan(end).TrimStart(" \t\f");
        if (rest.Length > 0 && rest[0] is '=' or ':')
        {
            rest = rest[1..].TrimStart(" \t\f");
        }

        return new ConfigInput(Unescape(line.AsSpan(0, end), where), Unescape(rest, where), where);
    }

    private static string Unescape(ReadOnlySpan<char> text, string where)
    {
        if (!text.Contains('\\'))
        {
            return text.ToString();
        }

        var plain = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] != '\\' || ++index == text.Length)
            {
                plain.Append(index < text.Length ? text[index] : "");
                continue;
            }

            if (text[index] == 'u')
            {
                plain.Append(Unicode(text[(index + 1)..], where));
                index += 4;
                continue;
            }

            plain.Append(text[index] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'f' => '\f', var other => other });
        }

        return plain.ToString();
    }

    private static char Unicode(ReadOnlySpan<char> digits, string where)
        => digits.Length >= 4
            && ushort.TryParse(digits[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            ? (char)code
            : throw new ConfigurationException(
                $"{where}: \\u must be followed by four hexadecimal digits; write \\\\ for a backslash");
}
