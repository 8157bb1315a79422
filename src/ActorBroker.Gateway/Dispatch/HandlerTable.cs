using System.Diagnostics.CodeAnalysis;

namespace ActorBroker.Gateway.Dispatch;

/// <summary>Finds the handler of a request by its API key and version.</summary>
internal sealed class HandlerTable
{
    private readonly HandlerMatch?[] _byKey;

    public HandlerTable(IReadOnlyCollection<HandlerMatch> handlers)
    {
        _byKey = new HandlerMatch?[handlers.Max(match => (int)match.Api.Key) + 1];
        foreach (var match in handlers)
        {
            _byKey[(int)match.Api.Key] = match;
        }
    }

    /// <summary>Finds who answers this version of an API.</summary>
    public bool TryFind(short key, short version, [NotNullWhen(true)] out HandlerMatch? match)
    {
        match = key >= 0 && key < _byKey.Length ? _byKey[key] : null;
        return match is not null && (match.Api.Supports(version) || match.Handler.AnswersAnyVersion);
    }
}

/// <summary>An API and its handler.</summary>
/// <param name="Api">The API and its versions.</param>
/// <param name="Handler">Who answers it.</param>
/// <param name="Meter">Its numbers; null where nothing is measured.</param>
internal sealed record HandlerMatch(ServedApi Api, ApiHandler Handler, ApiMeter? Meter = null);
