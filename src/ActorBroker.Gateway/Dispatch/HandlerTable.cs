using System.Diagnostics.CodeAnalysis;

namespace ActorBroker.Gateway.Dispatch;

/// <summary>The APIs that are served, by key: dispatch and ApiVersions both come from here.</summary>
internal sealed class HandlerTable
{
    private readonly ApiHandler?[] _byKey;

    public HandlerTable(IReadOnlyCollection<ApiHandler> handlers)
    {
        _byKey = new ApiHandler?[handlers.Max(handler => handler.Key) + 1];
        foreach (var handler in handlers)
        {
            _byKey[handler.Key] = handler;
        }

        Handlers = [.. _byKey.OfType<ApiHandler>()];
    }

    /// <summary>All handlers, by key.</summary>
    public IReadOnlyList<ApiHandler> Handlers { get; }

    /// <summary>Finds who answers this version of an API.</summary>
    public bool TryFind(short key, short version, [NotNullWhen(true)] out ApiHandler? handler)
    {
        handler = key >= 0 && key < _byKey.Length ? _byKey[key] : null;
        return handler is not null && (handler.Supports(version) || handler.AnswersAnyVersion);
    }
}
