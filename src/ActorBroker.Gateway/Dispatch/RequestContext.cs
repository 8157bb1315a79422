using ActorBroker.Gateway.Connections;

namespace ActorBroker.Gateway.Dispatch;

/// <summary>A request as its handler gets it.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Frame">Its bytes; valid until the handler's task completes, or until the handler gives them
/// back.</param>
/// <param name="Connection">Where it came from.</param>
internal sealed record RequestContext(FrameHeader Header, RequestFrame Frame, Connection Connection)
{
    private string? _clientId;

    /// <summary>The client's name for itself; to be asked for once while the frame is there.</summary>
    public string ClientId => _clientId ??= FrameHeader.ReadClientId(Frame.Span);

    /// <summary>The version of the request and of its response.</summary>
    public short Version => Header.ApiVersion;

    /// <summary>The request's body.</summary>
    public Memory<byte> Body => Frame.Memory[Header.BodyOffset..];
}
