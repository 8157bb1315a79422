using System.Globalization;

namespace ActorBroker.Core.Configuration;

/// <summary>How the values of a type are written.</summary>
internal sealed class ConfigSyntax<T>(
    ConfigType type, string what, ConfigSyntax<T>.Parser parser, Func<T, string> formatter)
{
    public delegate bool Parser(string text, out T value);

    public ConfigType Type { get; } = type;

    public string What { get; } = what;

    public bool TryParse(string text, out T value) => parser(text, out value);

    public string Format(T value) => formatter(value);
}

/// <summary>The syntaxes of Kafka's setting types.</summary>
internal static class ConfigSyntax
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static ConfigSyntax<bool> Boolean { get; } =
        new(ConfigType.Boolean, "true or false", TryBoolean, value => value ? "true" : "false");

    public static ConfigSyntax<int> Int { get; } = new(
        ConfigType.Int, "a whole number", (string text, out int value) => TryInteger(text, out value), Show);

    public static ConfigSyntax<short> Short { get; } = new(
        ConfigType.Short, "a whole number", (string text, out short value) => TryInteger(text, out value), Show);

    public static ConfigSyntax<long> Long { get; } = new(
        ConfigType.Long, "a whole number", (string text, out long value) => TryInteger(text, out value), Show);

    public static ConfigSyntax<int?> OptionalInt { get; } = new(
        ConfigType.Int, "a whole number", TryOptional, value => Show(value.GetValueOrDefault()));

    public static ConfigSyntax<long?> OptionalLong { get; } = new(
        ConfigType.Long, "a whole number", TryOptional, value => Show(value.GetValueOrDefault()));

    public static ConfigSyntax<double> Double { get; } =
        new(ConfigType.Double, "a number", TryDouble, ShowDouble);

    public static ConfigSyntax<string> String { get; } = new(ConfigType.String, "text", TryText, value => value);

    public static ConfigSyntax<string?> OptionalString { get; } =
        new(ConfigType.String, "text", TryOptionalText, value => value ?? "");

    public static ConfigSyntax<string?> Class { get; } =
        new(ConfigType.Class, "a class name", TryOptionalText, value => value ?? "");

    public static ConfigSyntax<string?> Password { get; } =
        new(ConfigType.Password, "a secret", TryOptionalText, value => value ?? "");

    public static ConfigSyntax<IReadOnlyList<string>> List { get; } =
        new(ConfigType.List, "a list separated by commas", TryList, value => string.Join(',', value));

    private static bool TryBoolean(string text, out bool value) => bool.TryParse(text, out value);

    private static bool TryInteger<T>(string text, out T value)
        where T : struct, System.Numerics.INumber<T>
        => T.TryParse(text, NumberStyles.AllowLeadingSign, Invariant, out value);

    private static bool TryOptional<T>(string text, out T? value)
        where T : struct, System.Numerics.INumber<T>
    {
        var read = TryInteger<T>(text, out var number);
        value = number;
        return read;
    }

    private static bool TryDouble(string text, out double value)
        => double.TryParse(text, NumberStyles.Float, Invariant, out value) && double.IsFinite(value);

    private static bool TryText(string text, out string value)
    {
        value = text;
        return true;
    }

    private static bool TryOptionalText(string text, out string? value)
    {
        value = text.Length == 0 ? null : text;
        return true;
    }

    private static bool TryList(string text, out IReadOnlyList<string> value)
    {
        value = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return true;
    }

    private static string Show<T>(T value)
        where T : IFormattable
        => value.ToString(null, Invariant);

    // A whole double shows its fraction, as Kafka's tools do: 1.0, not 1.
    private static string ShowDouble(double value)
    {
        var text = value.ToString("R", Invariant);
        return text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text.Replace("E+", "E", StringComparison.Ordinal);
    }
}
