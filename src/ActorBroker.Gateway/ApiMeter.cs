using System.Diagnostics.Metrics;
using ActorBroker.Protocol;
using ActorBroker.Records;

namespace ActorBroker.Gateway;

/// <summary>The numbers of one API: a few additions for each request, and a histogram while somebody listens.</summary>
internal sealed class ApiMeter(ApiKey api, Histogram<double> duration, TimeProvider time)
{
    // Kafka's codes go from -1 to some 130; a newer one counts as unknown.
    private const int CodesMax = 256;

    private readonly KeyValuePair<string, object?>[] _tags = [new("api", api.ToString())];
    private long[]? _errors;
    private long _requests;
    private long _requestBytes;
    private long _responseBytes;

    public ReadOnlySpan<KeyValuePair<string, object?>> Tags => _tags;

    public long Requests => Volatile.Read(ref _requests);

    public long RequestBytes => Volatile.Read(ref _requestBytes);

    public long ResponseBytes => Volatile.Read(ref _responseBytes);

    /// <summary>A request begins: for <see cref="Answered"/>.</summary>
    public long Begin() => duration.Enabled ? time.GetTimestamp() : 0;

    /// <summary>A request has its response.</summary>
    public void Answered(long began, long requestBytes, long responseBytes)
    {
        if (began != 0)
        {
            duration.Record(time.GetElapsedTime(began).TotalSeconds, _tags);
        }

        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _requestBytes, requestBytes);
        Interlocked.Add(ref _responseBytes, responseBytes);
    }

    /// <summary>A response says this of one of its items.</summary>
    public void Failed(ErrorCode error)
    {
        if (error == ErrorCode.None)
        {
            return;
        }

        var errors = _errors ?? Interlocked.CompareExchange(ref _errors, new long[CodesMax], null) ?? _errors;
        var index = (int)error + 1;
        Interlocked.Increment(ref errors[index < CodesMax ? index : 0]);
    }

    /// <summary>How often each error was answered.</summary>
    public IEnumerable<Measurement<long>> Errors()
    {
        var errors = Volatile.Read(ref _errors) ?? [];
        for (var index = 0; index < errors.Length; index++)
        {
            if (Volatile.Read(ref errors[index]) is > 0 and var count)
            {
                yield return new Measurement<long>(
                    count, _tags[0], new KeyValuePair<string, object?>("error", ((ErrorCode)(index - 1)).ToString()));
            }
        }
    }
}
