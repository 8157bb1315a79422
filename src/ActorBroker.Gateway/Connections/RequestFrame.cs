using System.Buffers;
using ActorBroker.Gateway.Dispatch;

namespace ActorBroker.Gateway.Connections;

/// <summary>
/// One request's bytes (without the size prefix) in one contiguous pooled buffer. Handlers slice it instead of copying;
/// the connection returns it when the request has been answered.
/// </summary>
internal sealed class RequestFrame : IDisposable
{
    private readonly Budgets _budgets;
    private byte[]? _buffer;
    private int _requests;
    private ApiMeter? _meter;
    private long _began;

    /// <summary>Rents a buffer; the caller has already taken <paramref name="length"/> bytes from the budget.</summary>
    public RequestFrame(int length, Budgets budgets)
    {
        _budgets = budgets;
        Length = length;
        _buffer = ArrayPool<byte>.Shared.Rent(length);
    }

    /// <summary>Bytes of the request, header included.</summary>
    public int Length { get; }

    /// <summary>The request's bytes.</summary>
    public Memory<byte> Memory => Buffer.AsMemory(0, Length);

    /// <summary>The request's bytes.</summary>
    public Span<byte> Span => Buffer.AsSpan(0, Length);

    private byte[] Buffer => _buffer ?? throw new ObjectDisposedException(nameof(RequestFrame));

    /// <summary>Waits until the complete request may be worked on.</summary>
    public async ValueTask AdmitAsync(CancellationToken cancel)
    {
        await _budgets.Requests.AcquireAsync(1, cancel).ConfigureAwait(false);
        _requests = 1;
    }

    /// <summary>The request is handed to its handler.</summary>
    public void Begin(ApiMeter? meter)
    {
        _meter = meter;
        _began = meter?.Begin() ?? 0;
    }

    /// <summary>The request has its response: it is counted, though its bytes may be given back already.</summary>
    public void Answered(Response response) => _meter?.Answered(_began, Length, response.Length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _budgets.Bytes.Release(Length);
            if (_requests > 0)
            {
                _budgets.Requests.Release(_requests);
            }
        }
    }
}
