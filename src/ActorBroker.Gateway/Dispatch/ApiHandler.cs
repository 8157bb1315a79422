using ActorBroker.Protocol;

namespace ActorBroker.Gateway.Dispatch;

/// <summary>
/// Serves one API key. Each handler's comment tells its behaviour and gaps; the versions are stated once, in the table
/// of served APIs.
/// </summary>
internal abstract class ApiHandler
{
    /// <summary>Consecutive requests of this kind may be in work together; their effects still come in order.</summary>
    public virtual bool MayOverlap => false;

    /// <summary>
    /// The request is sure to be short work, which may be done where it was received; it may be malformed yet.
    /// </summary>
    public virtual bool IsShortWork(RequestContext request) => false;

    /// <summary>Unsupported versions come to this handler too, instead of closing the connection.</summary>
    public virtual bool AnswersAnyVersion => false;

    /// <summary>The first version whose header and body have the flexible encoding.</summary>
    public abstract short FirstFlexibleVersion { get; }

    /// <summary>
    /// Answers a request. What must happen in order happens before the first wait; an exception closes the connection.
    /// </summary>
    public abstract ValueTask<Response> HandleAsync(RequestContext request);
}

/// <summary>A handler whose messages are generated: decodes the request, encodes the response.</summary>
/// <remarks>
/// The frame goes back to the pool as soon as it is decoded; what is needed of it longer is copied in
/// <see cref="Keep"/>.
/// </remarks>
internal abstract class ApiHandler<TRequest, TResponse> : ApiHandler
    where TRequest : class, IApiRequest<TRequest>
    where TResponse : class, IApiResponse<TResponse>
{
    public sealed override short FirstFlexibleVersion => TRequest.FirstFlexibleVersion;

    public override ValueTask<Response> HandleAsync(RequestContext request)
    {
        var reader = new KafkaReader(request.Body);
        var message = TRequest.Read(ref reader, request.Version);
        if (reader.Faulted)
        {
            throw new BadRequestException($"its {TRequest.ApiKey} request v{request.Version} is malformed.");
        }

        Keep(message, request);
        request.Frame.Dispose();
        var response = AnswerAsync(message, request);
        return response.IsCompletedSuccessfully
            ? new ValueTask<Response>(Encode(response.Result, request))
            : EncodeAsync(response, request);
    }

    /// <summary>
    /// Copies what the answer needs and what lies in the frame: byte fields, and the client's id.
    /// </summary>
    protected virtual void Keep(TRequest message, RequestContext request)
    {
    }

    /// <summary>Answers a decoded request.</summary>
    protected abstract ValueTask<TResponse> AnswerAsync(TRequest message, RequestContext request);

    private static async ValueTask<Response> EncodeAsync(ValueTask<TResponse> response, RequestContext request) =>
        Encode(await response.ConfigureAwait(false), request);

    private static BufferResponse Encode(TResponse response, RequestContext request)
    {
        // ApiVersions is answered with header version 0 always, so that a client can read it before it knows versions.
        var flexibleHeader = request.Version >= TResponse.FirstFlexibleVersion &&
            TResponse.ApiKey != ApiKey.ApiVersions;
        var writer = ResponseFrame.Begin(request.Header.CorrelationId, flexibleHeader);
        try
        {
            response.Write(writer, request.Version);
            return ResponseFrame.End(writer);
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }
}
