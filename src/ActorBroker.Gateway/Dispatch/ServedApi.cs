using ActorBroker.Protocol;

namespace ActorBroker.Gateway.Dispatch;

/// <summary>An API that is served, and the versions of it that work.</summary>
/// <param name="Key">The API.</param>
/// <param name="Lowest">The lowest version.</param>
/// <param name="Highest">The highest version.</param>
/// <param name="Make">Makes its handler.</param>
internal sealed record ServedApi(ApiKey Key, short Lowest, short Highest, Func<HandlerContext, ApiHandler> Make)
{
    /// <summary>True for versions that work.</summary>
    public bool Supports(short version) => version >= Lowest && version <= Highest;
}
