using System.Text;

namespace ActorBroker.Cli.Commands;

/// <summary>Texts on the command line that stand for bytes which shells make hard to write.</summary>
internal static class Escapes
{
    /// <summary>The text's UTF-8 bytes, with <c>\t \n \r \0 \\</c> replaced; null for none.</summary>
    public static byte[]? Bytes(string? text, bool mayBeEmpty = false)
    {
        if (text is null)
        {
            return null;
        }

        return text.Length > 0 || mayBeEmpty
            ? Encoding.UTF8.GetBytes(Unescape(text))
            : throw new UsageException("A separator must not be empty.");
    }

    public static string Unescape(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            char? escaped = text[i] == '\\' && i + 1 < text.Length
                ? text[i + 1] switch { 't' => '\t', 'n' => '\n', 'r' => '\r', '0' => '\0', '\\' => '\\', _ => null }
                : null;
            result.Append(escaped ?? text[i]);
            i += escaped is null ? 0 : 1;
        }

        return result.ToString();
    }
}
