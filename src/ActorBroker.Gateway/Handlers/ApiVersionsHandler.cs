using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// ApiVersions v0-4: the served APIs. An unknown version is answered in the layout of v0 with UNSUPPORTED_VERSION and
/// the one row of this API, its body unread. v3+ checks the client software's name and version. No features are
/// advertised.
/// </summary>
internal sealed class ApiVersionsHandler : ApiHandler<ApiVersionsRequest, ApiVersionsResponse>
{
    public override bool AnswersAnyVersion => true;

    public override ValueTask<Response> HandleAsync(RequestContext request)
    {
        var own = ServedApis.All.First(api => api.Key == ApiKey.ApiVersions);
        if (own.Supports(request.Version))
        {
            return base.HandleAsync(request);
        }

        var response = new ApiVersionsResponse
        {
            ErrorCode = ErrorCode.UnsupportedVersion,
            ApiKeys = [Row(own)],
        };
        var writer = ResponseFrame.Begin(request.Header.CorrelationId, flexibleHeader: false);
        response.Write(writer, 0);
        return new ValueTask<Response>(ResponseFrame.End(writer));
    }

    protected override ValueTask<ApiVersionsResponse> AnswerAsync(ApiVersionsRequest message, RequestContext request)
    {
        if (request.Version >= 3 && !(IsName(message.ClientSoftwareName) && IsName(message.ClientSoftwareVersion)))
        {
            return new(new ApiVersionsResponse { ErrorCode = ErrorCode.InvalidRequest });
        }

        return new(new ApiVersionsResponse { ApiKeys = [.. ServedApis.All.Select(Row)] });
    }

    private static ApiVersionsResponse.ApiVersion Row(ServedApi api) => new()
    {
        ApiKey = (short)api.Key,
        MinVersion = api.Lowest,
        MaxVersion = api.Highest,
    };

    // Letters and digits, with dashes and dots between them.
    private static bool IsName(string text) =>
        text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]) &&
        text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.');
}
