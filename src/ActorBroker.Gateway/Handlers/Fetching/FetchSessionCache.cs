using System.Security.Cryptography;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers.Fetching;

/// <summary>
/// The broker's fetch sessions, bounded by slots and by partitions. When full, the session that has been unused for
/// longest makes room if it has been so for two minutes; else the client gets no session, which is legal: it goes on
/// with full fetches.
/// </summary>
internal sealed class FetchSessionCache(int slots, TimeProvider time)
{
    /// <summary>Partitions that all sessions together may remember.</summary>
    public const int PartitionsMax = 1_000_000;

    /// <summary>A session used since then keeps its slot.</summary>
    public static readonly TimeSpan EvictableAfter = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, FetchSession> _sessions = [];
    private readonly LinkedList<FetchSession> _byUse = new();
    private int _partitions;

    /// <summary>Sessions open now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>Finds what a request continues, or says why it can't.</summary>
    public FetchPlan Resolve(FetchRequest request, short version)
    {
        var byTopicId = version >= FetchRequests.FirstVersionWithTopicIds;
        if (request.SessionEpoch is 0 or -1)
        {
            if (request.SessionId != 0)
            {
                Close(request.SessionId);
            }

            return new FetchPlan(
                ErrorCode.None, null, [.. FetchRequests.Targets(request, byTopicId)],
                OpensSession: request.SessionEpoch == 0, byTopicId);
        }

        FetchSession? session;
        lock (_gate)
        {
            if (!_sessions.TryGetValue(request.SessionId, out session))
            {
                return FetchPlan.Failed(ErrorCode.FetchSessionIdNotFound);
            }

            Touch(session);
        }

        lock (session)
        {
            if (session.ByTopicId != byTopicId)
            {
                return FetchPlan.Failed(ErrorCode.FetchSessionTopicIdError);
            }

            if (session.NextEpoch != request.SessionEpoch)
            {
                return FetchPlan.Failed(ErrorCode.InvalidFetchSessionEpoch);
            }

            return Continue(session, request, byTopicId);
        }
    }

    /// <summary>Opens a session for the partitions of a full fetch; null when there is no room.</summary>
    public FetchSession? TryOpen(FetchPlan plan)
    {
        lock (_gate)
        {
            if (plan.Targets.Length > PartitionsMax - _partitions || !MakeRoom())
            {
                return null;
            }

            int id;
            do
            {
                id = RandomNumberGenerator.GetInt32(1, int.MaxValue);
            }
            while (_sessions.ContainsKey(id));

            var session = new FetchSession(id, plan.ByTopicId);
            session.Begin(plan.Targets);
            _sessions.Add(id, session);
            session.Place = _byUse.AddLast(session);
            session.LastUsed = time.GetTimestamp();
            Recount(session);
            return session;
        }
    }

    private FetchPlan Continue(FetchSession session, FetchRequest request, bool byTopicId)
    {
        session.Apply(request);
        var targets = session.Targets();
        var tooMany = false;
        lock (_gate)
        {
            if (session.Place is not null)
            {
                Recount(session);
                tooMany = _partitions > PartitionsMax;
                if (tooMany || session.Count == 0)
                {
                    Remove(session);
                }
            }
        }

        if (tooMany)
        {
            return FetchPlan.Failed(ErrorCode.FetchSessionIdNotFound);
        }

        return new FetchPlan(
            ErrorCode.None, targets.Length == 0 ? null : session, targets, OpensSession: false, byTopicId);
    }

    private void Close(int id)
    {
        lock (_gate)
        {
            if (_sessions.TryGetValue(id, out var session))
            {
                Remove(session);
            }
        }
    }

    private bool MakeRoom()
    {
        if (_sessions.Count < slots)
        {
            return true;
        }

        if (_byUse.First is { } oldest && time.GetElapsedTime(oldest.Value.LastUsed) >= EvictableAfter)
        {
            Remove(oldest.Value);
            return true;
        }

        return false;
    }

    private void Touch(FetchSession session)
    {
        session.LastUsed = time.GetTimestamp();
        _byUse.Remove(session.Place!);
        _byUse.AddLast(session.Place!);
    }

    private void Remove(FetchSession session)
    {
        _sessions.Remove(session.Id);
        _byUse.Remove(session.Place!);
        session.Place = null;
        _partitions -= session.Counted;
        session.Counted = 0;
    }

    private void Recount(FetchSession session)
    {
        _partitions += session.Count - session.Counted;
        session.Counted = session.Count;
    }
}

/// <summary>What a Fetch request asks for, once its session has been consulted.</summary>
/// <param name="Error">A top-level error: nothing is read.</param>
/// <param name="Session">The session that the request continues: the reply is incremental.</param>
/// <param name="Targets">The partitions to read, in order.</param>
/// <param name="OpensSession">The client wants a new session.</param>
/// <param name="ByTopicId">Topics are named by id.</param>
internal sealed record FetchPlan(
    ErrorCode Error, FetchSession? Session, FetchTarget[] Targets, bool OpensSession, bool ByTopicId)
{
    /// <summary>A plan that fails as a whole.</summary>
    public static FetchPlan Failed(ErrorCode error) => new(error, null, [], OpensSession: false, ByTopicId: false);
}
