// Orleans says which silos live; a document says which broker a silo is, and in which epoch, from when its replicas
// are open until it leaves. A broker lives where both agree: a silo that died takes its broker with it at once, and one
// that starts counts for nothing before it can serve.
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Broker.Cluster;

namespace ActorBroker.Orleans.Membership;

/// <summary>Who is alive, by the cluster membership of Orleans.</summary>
internal sealed class SiloMembership : IMembership
{
    private const string Kind = "silos";

    private readonly IClusterMembershipService _silos;
    private readonly SiloAddress _own;
    private readonly ICatalogue _catalogue;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Task _following;
    private ImmutableSortedDictionary<int, long> _live = ImmutableSortedDictionary<int, long>.Empty;
    private int _brokerId = -1;

    /// <summary>Follows both from now on.</summary>
    /// <param name="silos">Orleans' membership.</param>
    /// <param name="own">This silo.</param>
    /// <param name="catalogue">Where the documents are.</param>
    public SiloMembership(IClusterMembershipService silos, SiloAddress own, ICatalogue catalogue)
    {
        _silos = silos;
        _own = own;
        _catalogue = catalogue;
        catalogue.Changed += OnChanged;
        Look();
        _following = Task.Run(FollowAsync);
    }

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public ImmutableSortedDictionary<int, long> Live => Volatile.Read(ref _live);

    /// <inheritdoc/>
    public Task JoinAsync(int brokerId, long brokerEpoch, CancellationToken cancel)
    {
        _brokerId = brokerId;
        var body = JsonSerializer.SerializeToUtf8Bytes(new SiloBody(brokerEpoch, _own.ToParsableString()));
        return Task.Run(() => Write(body), cancel);
    }

    /// <inheritdoc/>
    public async Task LeaveAsync()
    {
        try
        {
            if (_brokerId >= 0)
            {
                await Task.Run(() => Write(null)).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // Nothing can be said any more: the others see the silo go.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _catalogue.Changed -= OnChanged;
        if (!_stop.IsCancellationRequested)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await _following.ConfigureAwait(false);
            _stop.Dispose();
        }
    }

    private CatalogueKey Key => new(Kind, _brokerId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Of one id there is one silo at a time: whoever is later has the say.</summary>
    private void Write(byte[]? body)
    {
        while (true)
        {
            var now = _catalogue.Read(Key);
            var isOwn = now is not null && Decode(now)?.Silo.Equals(_own) == true;
            if (body is null ? !isOwn : isOwn && now!.Body.Span.SequenceEqual(body))
            {
                break;
            }

            if (body is null
                ? _catalogue.TryDelete(Key, now!.Version)
                : _catalogue.TryWrite(Key, now?.Version ?? 0, body))
            {
                break;
            }
        }

        Look();
    }

    private void OnChanged(CatalogueChange change)
    {
        if (change.Key.Kind == Kind)
        {
            Look();
        }
    }

    private async Task FollowAsync()
    {
        try
        {
            await foreach (var _ in _silos.MembershipUpdates.WithCancellation(_stop.Token).ConfigureAwait(false))
            {
                Look();
            }
        }
        catch (OperationCanceledException)
        {
            // It has been disposed.
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            var silos = _silos.CurrentSnapshot;
            var live = _catalogue.List(Kind).Select(Decode).OfType<LiveBroker>()
                .Where(broker => silos.GetSiloStatus(broker.Silo) == SiloStatus.Active)
                .ToImmutableSortedDictionary(static broker => broker.Id, static broker => broker.Epoch);
            if (live.SequenceEqual(_live))
            {
                return;
            }

            Volatile.Write(ref _live, live);
        }

        Changed?.Invoke();
    }

    private static LiveBroker? Decode(CatalogueDocument document) =>
        int.TryParse(document.Key.Name, CultureInfo.InvariantCulture, out var id) &&
        JsonSerializer.Deserialize<SiloBody>(document.Body.Span) is { } body
            ? new LiveBroker(id, body.Epoch, SiloAddress.FromParsableString(body.Silo))
            : null;

    private sealed record LiveBroker(int Id, long Epoch, SiloAddress Silo);

    /// <summary>What a document holds.</summary>
    private sealed record SiloBody(long Epoch, string Silo);
}
