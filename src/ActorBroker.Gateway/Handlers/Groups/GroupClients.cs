using ActorBroker.Core.Groups;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>What the handlers of group APIs share.</summary>
internal static class GroupClients
{
    /// <summary>Members in one request; more than any group has.</summary>
    public const int MembersMax = 100_000;

    /// <summary>Who asks, as Kafka shows it: the host is the address after a slash.</summary>
    public static GroupClient Of(RequestContext request)
    {
        var address = request.Connection.Remote?.Address;
        var host = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return new GroupClient(request.ClientId, $"/{host}");
    }

    /// <summary>
    /// The answer of a request that may be parked for minutes, or, when the connection ends before it comes, an
    /// error that lets the client repeat it: with this broker after a restart, or with another one.
    /// </summary>
    public static async ValueTask<T> OrGivenUp<T>(Task<T> answer, RequestContext request, Func<ErrorCode, T> refusal)
    {
        try
        {
            return await answer.WaitAsync(request.Connection.Closing).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return refusal(ErrorCode.CoordinatorNotAvailable);
        }
    }
}
