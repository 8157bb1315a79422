namespace ActorBroker.Gateway.Dispatch;

/// <summary>
/// Serves one API key. Each handler's comment tells its versions, behaviour and gaps; the versions themselves are stated
/// once, in the handler table.
/// </summary>
internal abstract class ApiHandler(string name, short key, short min, short max)
{
    /// <summary>The API's name.</summary>
    public string Name => name;

    /// <summary>The API's number.</summary>
    public short Key => key;

    /// <summary>The lowest version that works.</summary>
    public short Min => min;

    /// <summary>The highest version that works.</summary>
    public short Max => max;

    /// <summary>Consecutive requests of this kind may be in work together; their effects still come in order.</summary>
    public virtual bool MayOverlap => false;

    /// <summary>Unsupported versions come to this handler too, instead of closing the connection.</summary>
    public virtual bool AnswersAnyVersion => false;

    /// <summary>True for versions that work.</summary>
    public bool Supports(short version) => version >= min && version <= max;

    /// <summary>True where header and body have the flexible encoding.</summary>
    public abstract bool IsFlexible(short version);

    /// <summary>
    /// Answers a request. What must happen in order happens before the first wait; an exception closes the connection.
    /// </summary>
    public abstract ValueTask<Response> HandleAsync(RequestContext request);
}
