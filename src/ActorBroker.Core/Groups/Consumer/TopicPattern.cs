// Subscription by regular expression. The language is RE2's, which Kafka's brokers use: it has nothing that needs
// backtracking, so no expression, however hostile, takes more than linear time over a topic's name. .NET's
// non-backtracking engine gives the same promise and refuses what would break it (look-around, back references, atomic
// groups). What RE2 writes in another way is translated; what only .NET knows is refused, so that an expression means
// the same here and there. Topic names are ASCII, so the differences in Unicode classes do not show.
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace ActorBroker.Core.Groups.Consumer;

/// <summary>A regular expression over topic names; it matches whole names.</summary>
internal sealed class TopicPattern
{
    /// <summary>The longest expression; a topic's name has at most 249 characters.</summary>
    public const int LengthMax = 2_048;

    private static readonly Dictionary<string, string> PosixClasses = new()
    {
        ["alnum"] = "a-zA-Z0-9",
        ["alpha"] = "a-zA-Z",
        ["ascii"] = @"\x00-\x7F",
        ["blank"] = @"\t ",
        ["cntrl"] = @"\x00-\x1F\x7F",
        ["digit"] = "0-9",
        ["graph"] = "!-~",
        ["lower"] = "a-z",
        ["print"] = " -~",
        ["punct"] = @"!-/:-@\[-`{-~",
        ["space"] = @"\t\n\v\f\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    private readonly Regex _regex;

    private TopicPattern(Regex regex) => _regex = regex;

    /// <summary>Compiles an expression; says what is wrong with it otherwise.</summary>
    public static bool TryParse(
        string expression, [NotNullWhen(true)] out TopicPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = null;
        var translated = "";
        problem = expression.Length > LengthMax
            ? $"it is longer than {LengthMax} characters"
            : Translate(expression, out translated);
        if (problem is not null)
        {
            return false;
        }

        try
        {
            var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
            pattern = new TopicPattern(new Regex(@"\A(?:" + translated + @")\z", options));
            return true;
        }
        catch (Exception refusal) when (refusal is ArgumentException or NotSupportedException)
        {
            problem = refusal.Message;
            return false;
        }
    }

    public bool Matches(string topic) => _regex.IsMatch(topic);

    private static string? Translate(string expression, out string translated)
    {
        var text = new StringBuilder(expression.Length);
        var depth = 0;
        translated = "";
        for (var at = 0; at < expression.Length;)
        {
            var rest = expression.AsSpan(at);
            if (rest.StartsWith(@"\Q"))
            {
                var end = rest.IndexOf(@"\E");
                var quoted = end < 0 ? rest[2..] : rest[2..end];
                text.Append(Regex.Escape(quoted.ToString()));
                at += end < 0 ? rest.Length : end + 2;
            }
            else if (rest[0] == '\\' && rest.Length > 1)
            {
                if (rest[1] is 'G' or 'Z' or 'c' or 'e' or 'k' || char.IsBetween(rest[1], '1', '9'))
                {
                    return $@"\{rest[1]} is not known";
                }

                text.Append(rest[..2]);
                at += 2;
            }
            else if (rest[0] == '[')
            {
                var problem = TranslateClass(expression, ref at, text);
                if (problem is not null)
                {
                    return problem;
                }
            }
            else if (rest.StartsWith("(?"))
            {
                var problem = TranslateGroup(expression, ref at, text);
                if (problem is not null)
                {
                    return problem;
                }
            }
            else
            {
                text.Append(rest[0]);
                at++;
            }

            // What is put around the expression must stay around it. Flags close the parenthesis that they open.
            depth += rest[0] switch { '(' => text[^1] == ')' ? 0 : 1, ')' => -1, _ => 0 };
            if (depth < 0)
            {
                return "a parenthesis is closed that was not opened";
            }
        }

        translated = text.ToString();
        return depth == 0 ? null : "a parenthesis is not closed";
    }

    /// <summary>Flags, groups without a capture and named groups; nothing else starts with <c>(?</c>.</summary>
    private static string? TranslateGroup(string expression, ref int at, StringBuilder text)
    {
        var rest = expression.AsSpan(at + 2);
        if (rest.StartsWith("P<") || (rest.StartsWith("<") && rest.Length > 1 && rest[1] is not ('=' or '!')))
        {
            var start = rest.IndexOf('<') + 1;
            var end = rest.IndexOf('>');
            if (end <= start || !IsName(rest[start..end]))
            {
                return "a group's name is missing or no name";
            }

            // The name itself is of no use: only whether the whole matches is asked for.
            text.Append("(?:");
            at += 2 + end + 1;
            return null;
        }

        var length = rest.IndexOfAnyExcept("imsU-");
        if (length < 0 || rest[length] is not (':' or ')') || rest[..length].Contains('U'))
        {
            return "after (? only the flags i, m, s, a colon or a name may stand";
        }

        text.Append(expression, at, 2 + length + 1);
        at += 2 + length + 1;
        return null;
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var letter in name)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter != '_')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A bracket expression, with POSIX classes in it; a bracket inside stands for itself.</summary>
    private static string? TranslateClass(string expression, ref int at, StringBuilder text)
    {
        text.Append('[');
        at++;
        if (at < expression.Length && expression[at] == '^')
        {
            text.Append('^');
            at++;
        }

        for (var first = true; at < expression.Length; first = false)
        {
            var rest = expression.AsSpan(at);
            if (rest[0] == ']' && !first)
            {
                text.Append(']');
                at++;
                return null;
            }

            if (rest.StartsWith("[:") && rest.IndexOf(":]") is > 2 and var end)
            {
                var name = rest[2..end].ToString();
                if (!PosixClasses.TryGetValue(name, out var members))
                {
                    return $"[:{name}:] is no class";
                }

                text.Append(members);
                at += end + 2;
            }
            else if (rest[0] == '\\' && rest.Length > 1)
            {
                text.Append(rest[..2]);
                at += 2;
            }
            else
            {
                // .NET takes "-[" for the subtraction of a class.
                text.Append(rest[0] is '[' or ']' ? @"\" : "").Append(rest[0]);
                at++;
            }
        }

        return "a bracket is not closed";
    }
}
