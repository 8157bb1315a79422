using ActorBroker.Client.Telemetry;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Networking;

/// <summary>
/// A connection that speaks Kafka: it learns at its start which versions the broker serves, and sends each request in
/// the highest one that both ends know.
/// </summary>
internal sealed class BrokerConnection : IAsyncDisposable
{
    private const string SoftwareName = "actorbroker-dotnet";
    private const int CorrelationIdSize = 4;

    private static readonly string SoftwareVersion =
        typeof(BrokerConnection).Assembly.GetName().Version?.ToString(3) ?? "0";

    private readonly FrameConnection _frames;
    private readonly ClientOptions _options;
    private ApiVersionTable _versions = new(new Dictionary<short, (short, short)>());

    private BrokerConnection(FrameConnection frames, ClientOptions options)
    {
        _frames = frames;
        _options = options;
    }

    public BrokerAddress Address => _frames.Address;

    public bool IsOpen => _frames.IsOpen;

    /// <summary>Connects and negotiates.</summary>
    public static async Task<BrokerConnection> OpenAsync(
        BrokerAddress address, ClientOptions options, CancellationToken cancel)
    {
        var frames = await FrameConnection.OpenAsync(address, options, cancel).ConfigureAwait(false);
        var connection = new BrokerConnection(frames, options);
        try
        {
            await connection.NegotiateAsync(cancel).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The version in which a request would be sent; throws where the two ends share none.</summary>
    public short ChooseVersion<TRequest>()
        where TRequest : IApiRequest<TRequest> =>
        _versions.TryChoose((short)TRequest.ApiKey, TRequest.LowestVersion, TRequest.HighestVersion, out var version)
            ? version
            : throw new KafkaException(
                $"The broker at {Address} does not serve {TRequest.ApiKey} in any version that this client knows " +
                $"({TRequest.LowestVersion} to {TRequest.HighestVersion}).");

    /// <summary>The broker and this client share a version of the request.</summary>
    public bool Serves<TRequest>()
        where TRequest : IApiRequest<TRequest> =>
        _versions.TryChoose((short)TRequest.ApiKey, TRequest.LowestVersion, TRequest.HighestVersion, out _);

    /// <summary>Sends a request and decodes its answer, which keeps nothing of the frame.</summary>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(TRequest request, CancellationToken cancel)
        where TRequest : IApiRequest<TRequest>
        where TResponse : IApiResponse<TResponse>
    {
        using var answer = await ExchangeAsync<TRequest, TResponse>(
            request, ChooseVersion<TRequest>(), _options.RequestTimeout, cancel).ConfigureAwait(false);
        return answer.Response;
    }

    /// <summary>Sends a request in one version; the answer's byte fields stay valid until it is disposed.</summary>
    /// <remarks>The request takes its place in line before the method first yields.</remarks>
    public Task<Answer<TResponse>> ExchangeAsync<TRequest, TResponse>(
        TRequest request, short version, TimeSpan timeout, CancellationToken cancel)
        where TRequest : IApiRequest<TRequest>
        where TResponse : IApiResponse<TResponse> =>
        ExchangeFrameAsync<TResponse>(Encode(request, version), version, timeout, cancel);

    /// <summary>As <see cref="ExchangeAsync"/>, with a frame that the caller began and completed.</summary>
    public async Task<Answer<TResponse>> ExchangeFrameAsync<TResponse>(
        RequestFrame request, short version, TimeSpan timeout, CancellationToken cancel)
        where TResponse : IApiResponse<TResponse>
    {
        var startedAt = ClientInstruments.MeasuresRequests ? _options.TimeProvider.GetTimestamp() : 0;
        var sending = _frames.SendAsync(request, expectsAnswer: true, timeout, cancel);
        var frame = (await sending.ConfigureAwait(false))!;
        if (startedAt != 0)
        {
            var elapsed = _options.TimeProvider.GetElapsedTime(startedAt);
            ClientInstruments.Answered(TResponse.ApiKey.ToString(), Address.Host, Address.Port, elapsed);
        }

        try
        {
            return new Answer<TResponse>(Decode<TResponse>(frame, version), version, frame);
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    /// <summary>Sends a frame that the broker does not answer; done once it is sent.</summary>
    public async Task SendFrameAsync(RequestFrame request) =>
        await _frames.SendAsync(request, expectsAnswer: false, _options.RequestTimeout, CancellationToken.None)
            .ConfigureAwait(false);

    /// <summary>A frame with the request's header, to be completed by its body.</summary>
    public RequestFrame StartFrame(ApiKey apiKey, short version, bool isFlexible)
    {
        var frame = new RequestFrame();
        var writer = frame.Writer;
        writer.WriteInt32(0); // The length, filled in by the connection.
        writer.WriteInt16((short)apiKey);
        writer.WriteInt16(version);
        writer.WriteInt32(0); // The correlation id, filled in by the connection.
        writer.WriteNullableString(_options.ClientId, compact: false);
        if (isFlexible)
        {
            writer.WriteUnsignedVarint(0);
        }

        return frame;
    }

    public ValueTask DisposeAsync() => _frames.DisposeAsync();

    private RequestFrame Encode<TRequest>(TRequest request, short version)
        where TRequest : IApiRequest<TRequest>
    {
        var frame = StartFrame(TRequest.ApiKey, version, version >= TRequest.FirstFlexibleVersion);
        try
        {
            request.Write(frame.Writer, version);
            return frame;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    private TResponse Decode<TResponse>(ResponseFrame frame, short version)
        where TResponse : IApiResponse<TResponse>
    {
        var reader = new KafkaReader(frame.Bytes[CorrelationIdSize..]);
        if (version >= TResponse.FirstFlexibleVersion && TResponse.ApiKey != ApiKey.ApiVersions)
        {
            reader.SkipTaggedFields();
        }

        var response = TResponse.Read(ref reader, version);

        // Bytes behind the last field are let pass, as by Kafka's own clients: some brokers write a field too wide.
        return !reader.Faulted
            ? response
            : throw new ProtocolViolationException(
                $"{Address} sent {frame.Bytes.Length} bytes that do not read as an answer to {TResponse.ApiKey} " +
                $"version {version}.");
    }

    private async Task NegotiateAsync(CancellationToken cancel)
    {
        var request = new ApiVersionsRequest
        {
            ClientSoftwareName = SoftwareName,
            ClientSoftwareVersion = SoftwareVersion,
        };
        var response = await AskVersionsAsync(request, ApiVersionsRequest.HighestVersion, cancel).ConfigureAwait(false);
        if (response.ErrorCode == ErrorCode.UnsupportedVersion)
        {
            response = await AskVersionsAsync(new ApiVersionsRequest(), 0, cancel).ConfigureAwait(false);
        }

        if (response.ErrorCode != ErrorCode.None)
        {
            throw new BrokerErrorException(response.ErrorCode, $"ApiVersions at {Address}");
        }

        var served = new Dictionary<short, (short, short)>();
        foreach (var api in response.ApiKeys)
        {
            served[api.ApiKey] = (api.MinVersion, api.MaxVersion);
        }

        _versions = new ApiVersionTable(served);
    }

    private async Task<ApiVersionsResponse> AskVersionsAsync(
        ApiVersionsRequest request, short version, CancellationToken cancel)
    {
        var sending = _frames.SendAsync(Encode(request, version), true, _options.RequestTimeout, cancel);
        using var frame = (await sending.ConfigureAwait(false))!;

        // A broker that does not know the version answers in version 0: only its error code can be relied on.
        return IsUnsupportedVersion(frame)
            ? new ApiVersionsResponse { ErrorCode = ErrorCode.UnsupportedVersion }
            : Decode<ApiVersionsResponse>(frame, version);
    }

    private static bool IsUnsupportedVersion(ResponseFrame frame)
    {
        var reader = new KafkaReader(frame.Bytes[CorrelationIdSize..]);
        return (ErrorCode)reader.ReadInt16() == ErrorCode.UnsupportedVersion && !reader.Faulted;
    }
}
