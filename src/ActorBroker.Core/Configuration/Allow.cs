using System.Numerics;

namespace ActorBroker.Core.Configuration;

/// <summary>The rules that settings are declared with.</summary>
internal static class Allow
{
    /// <summary>No less than <paramref name="least"/>.</summary>
    public static ConfigRule<T> AtLeast<T>(T least)
        where T : INumber<T>
        => new($"at least {least}", value => value >= least);

    /// <summary>No less than <paramref name="least"/>, if set.</summary>
    public static ConfigRule<T?> AtLeastIfSet<T>(T least)
        where T : struct, INumber<T>
        => new($"at least {least}", value => value is null || value.Value >= least);

    /// <summary>Both ends included.</summary>
    public static ConfigRule<T> Between<T>(T least, T most)
        where T : INumber<T>
        => new($"{least} to {most}", value => value >= least && value <= most);

    /// <summary>One value that means something special, or a range.</summary>
    public static ConfigRule<T> ValueOrBetween<T>(T special, T least, T most)
        where T : INumber<T>
        => new($"{special}, or {least} to {most}", value => value == special || (value >= least && value <= most));

    /// <summary>One of these words, as written.</summary>
    public static ConfigRule<string> OneOf(params string[] words)
        => new($"one of {string.Join(", ", words)}", value => Array.IndexOf(words, value) >= 0);

    /// <summary>Empty, or where a service on the web is.</summary>
    public static ConfigRule<string> WebAddressOrNothing()
        => new(
            "an http:// or https:// address, or nothing",
            value => value.Length == 0
                || (Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"));

    /// <summary>Replicas as partition:broker, or all of them.</summary>
    public static ConfigRule<IReadOnlyList<string>> Replicas()
        => new("partition:broker,partition:broker,... or *", ThrottledReplicas.IsValid);

    /// <summary>A list of at least one of these words.</summary>
    public static ConfigRule<IReadOnlyList<string>> SomeOf(params string[] words)
        => new(
            $"of {string.Join(", ", words)}",
            list => list.Count > 0 && list.All(word => Array.IndexOf(words, word) >= 0));
}
