using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActorBroker.Core.Configuration;

/// <summary>Reads <c>NAME://host:port,NAME://[::1]:port</c>.</summary>
internal static class ListenerSyntax
{
    public const string Expected = "write NAME://host:port, separated by commas, e.g. PLAINTEXT://127.0.0.1:9092";

    public static bool TryParse(
        string text, out ImmutableArray<Listener> listeners, [NotNullWhen(false)] out string? problem)
    {
        var found = ImmutableArray.CreateBuilder<Listener>();
        listeners = [];
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryParseOne(entry, out var listener, out problem))
            {
                return false;
            }

            if (found.Any(other => other.Name == listener.Name))
            {
                problem = $"the listener name {listener.Name} stands there twice; give each listener a name of its own";
                return false;
            }

            found.Add(listener);
        }

        listeners = found.ToImmutable();
        problem = found.Count == 0 ? $"no listener; {Expected}" : null;
        return problem is null;
    }

    private static bool TryParseOne(
        string entry, [NotNullWhen(true)] out Listener? listener, [NotNullWhen(false)] out string? problem)
    {
        listener = null;
        problem = $"'{entry}' is no listener; {Expected}";
        var nameEnd = entry.IndexOf("://", StringComparison.Ordinal);
        var portStart = entry.LastIndexOf(':') + 1;
        if (nameEnd <= 0 || portStart <= nameEnd + 1)
        {
            return false;
        }

        var name = entry[..nameEnd];
        if (!name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.'))
        {
            return false;
        }

        if (!TryHost(entry[(nameEnd + 3)..(portStart - 1)], out var host)
            || !ushort.TryParse(entry.AsSpan(portStart), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return false;
        }

        listener = new Listener(name.ToUpperInvariant(), host, port);
        problem = null;
        return true;
    }

    // An IPv6 address stands in brackets, so that its colons aren't the port's.
    private static bool TryHost(string text, out string host)
    {
        var bracketed = text.StartsWith('[') && text.EndsWith(']');
        host = bracketed ? text[1..^1] : text;
        return bracketed
            ? host.Contains(':', StringComparison.Ordinal) && host.All(IsAddressLetter)
            : host.All(letter => char.IsLetterOrDigit(letter) || letter is '.' or '-' or '_');
    }

    private static bool IsAddressLetter(char letter)
        => char.IsAsciiHexDigit(letter) || char.IsAsciiLetterOrDigit(letter) || letter is ':' or '.' or '%';
}
