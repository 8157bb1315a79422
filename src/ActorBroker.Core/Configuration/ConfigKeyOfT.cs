using System.Diagnostics.CodeAnalysis;

namespace ActorBroker.Core.Configuration;

/// <summary>A setting with values of type <typeparamref name="T"/>; a nullable type when it may be unset.</summary>
/// <typeparam name="T">The type of its values.</typeparam>
public sealed class ConfigKey<T> : ConfigKey
{
    private readonly ConfigSyntax<T> _syntax;
    private readonly ConfigRule<T>? _rule;

    internal ConfigKey(
        string name, ConfigSyntax<T> syntax, T fallback, ConfigRule<T>? rule, ConfigScope scope, string documentation)
        : base(name, syntax.Type, scope, documentation)
    {
        _syntax = syntax;
        _rule = rule;
        Default = fallback;
    }

    /// <summary>The default.</summary>
    public T Default { get; }

    /// <inheritdoc/>
    public override string? DefaultText => Default is null ? null : _syntax.Format(Default);

    /// <inheritdoc/>
    public override string Allowed => _rule is null ? _syntax.What : $"{_syntax.What}, {_rule.Text}";

    internal override object? DefaultValue => Default;

    internal override string Show(object value) => _syntax.Format((T)value);

    internal override bool TryRead(
        string text,
        out object? value,
        out string? canonical,
        [NotNullWhen(false)] out string? problem)
    {
        value = null;
        canonical = null;
        var trimmed = text.Trim();
        if (!_syntax.TryParse(trimmed, out var parsed))
        {
            problem = $"not {_syntax.What}";
            return false;
        }

        if (_rule is not null && !_rule.Holds(parsed))
        {
            problem = "out of range";
            return false;
        }

        value = parsed;
        canonical = parsed is null ? null : _syntax.Format(parsed);
        problem = null;
        return true;
    }
}
