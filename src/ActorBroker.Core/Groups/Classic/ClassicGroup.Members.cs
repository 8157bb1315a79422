// Who is in the group, and the counts that keep the questions about everybody cheap.
using ActorBroker.Records;

namespace ActorBroker.Core.Groups.Classic;

internal sealed partial class ClassicGroup
{
    // How many members list a protocol.
    private readonly Dictionary<string, int> _supporters = [];

    // By instance id; made by the first static member.
    private Dictionary<string, ClassicMember>? _static;

    // Of a member in the group's record, what is as long for everybody: lengths and timeouts.
    private const int SizeOfMember = 32;

    // What the members say, all protocols of each, as it would take room in the group's record.
    private long _storedBytes;

    // How many members have a parked join, and how many owe a sync.
    private int _joined;
    private int _owingSync;

    private int RebalanceTimeoutMs => _members.Count == 0 ? 0 : _members.Values.Max(static m => m.RebalanceTimeoutMs);

    private ClassicMember? FindStatic(string? instanceId) =>
        instanceId is null ? null : _static?.GetValueOrDefault(instanceId);

    /// <summary>Finds who speaks; a static member whose id was replaced is fenced.</summary>
    private ErrorCode Find(MemberName name, out ClassicMember member)
    {
        member = null!;
        if (name.InstanceId is { } instanceId)
        {
            if (FindStatic(instanceId) is not { } named)
            {
                return ErrorCode.UnknownMemberId;
            }

            if (named.Id != name.MemberId)
            {
                return ErrorCode.FencedInstanceId;
            }
        }

        return _members.TryGetValue(name.MemberId, out member!) ? ErrorCode.None : ErrorCode.UnknownMemberId;
    }

    private void Add(ClassicMember member)
    {
        _members.Add(member.Id, member);
        _storedBytes += SizeOf(member);
        if (member.InstanceId is { } instanceId)
        {
            _static ??= new Dictionary<string, ClassicMember>(1, StringComparer.Ordinal);
            _static[instanceId] = member;
        }

        Count(member.Protocols, 1);
    }

    /// <summary>Takes a member out; its parked requests must be answered by then.</summary>
    private void Remove(ClassicMember member)
    {
        Invariant.Holds(member.Join is null && member.Sync is null);
        _members.Remove(member.Id);
        if (FindStatic(member.InstanceId) == member)
        {
            _static!.Remove(member.InstanceId!);
        }

        if (_leader == member.Id)
        {
            _leader = null;
        }

        PaySync(member);
        _storedBytes -= SizeOf(member);
        Count(member.Protocols, -1);
        _deadlines.Forget(member);
    }

    /// <summary>A member came back: a static one keeps its place under a new id.</summary>
    private void Identify(ClassicMember member, string id, GroupClient client)
    {
        _members.Remove(member.Id);
        _storedBytes -= SizeOf(member);
        if (_leader == member.Id)
        {
            _leader = id;
        }

        member.Id = id;
        member.Client = client;
        _storedBytes += SizeOf(member);
        _members.Add(id, member);
    }

    private void SetProtocols(ClassicMember member, IReadOnlyList<MemberProtocol> protocols)
    {
        Count(member.Protocols, -1);
        member.Protocols = protocols;
        Count(protocols, 1);
    }

    private void Count(IReadOnlyList<MemberProtocol> protocols, int by)
    {
        _topics = null;
        _storedBytes += by * SizeOf(protocols);
        foreach (var protocol in protocols)
        {
            var count = _supporters.GetValueOrDefault(protocol.Name) + by;
            if (count == 0)
            {
                _supporters.Remove(protocol.Name);
            }
            else
            {
                _supporters[protocol.Name] = count;
            }
        }
    }

    private static long SizeOf(IReadOnlyList<MemberProtocol> protocols)
    {
        long size = 0;
        foreach (var protocol in protocols)
        {
            size += StoredText.SizeOf(protocol.Name) + protocol.Metadata.Length;
        }

        return size;
    }

    private static long SizeOf(ClassicMember member) =>
        SizeOfMember + StoredText.SizeOf(member.Id) + StoredText.SizeOf(member.InstanceId) +
        StoredText.SizeOf(member.Client.ClientId) + StoredText.SizeOf(member.Client.Host);

    /// <summary>Whether a member with these protocols has one in common with everybody but itself.</summary>
    private bool IsConsistent(string protocolType, IReadOnlyList<MemberProtocol> protocols, ClassicMember? itself)
    {
        if (protocolType.Length == 0 || protocols.Count == 0)
        {
            return false;
        }

        var others = _members.Count - (itself is null ? 0 : 1);
        return _members.Count == 0 || (protocolType == _protocolType && protocols.Any(IsEverybodys));

        bool IsEverybodys(MemberProtocol protocol) =>
            _supporters.GetValueOrDefault(protocol.Name) - (itself?.Supports(protocol.Name) is true ? 1 : 0) == others;
    }

    /// <summary>
    /// The protocol with the most votes: each member votes for the first of its own that all members have. Of equals
    /// the first by name, so that the choice does not depend on who came first.
    /// </summary>
    private string Choose()
    {
        var votes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var member in _members.Values)
        {
            var vote = member.Protocols.First(protocol => _supporters[protocol.Name] == _members.Count).Name;
            votes[vote] = votes.GetValueOrDefault(vote) + 1;
        }

        return votes
            .OrderByDescending(static vote => vote.Value)
            .ThenBy(static vote => vote.Key, StringComparer.Ordinal)
            .First().Key;
    }

    private void ExpectHeartbeat(GroupTurn turn, ClassicMember member) =>
        _deadlines.Set(member, turn.Now.MonotonicMs + member.SessionTimeoutMs);

    private void ParkJoin(GroupTurn turn, ClassicMember member, Reply<JoinResult> reply)
    {
        AnswerJoin(turn, member, Refused(ErrorCode.RebalanceInProgress, member.Id));
        member.Join = reply;
        _joined++;
        if (!member.IsNew)
        {
            // The wait for the others is bounded, and who waits sends no heartbeats.
            _deadlines.Set(member, Never);
        }
    }

    private void ParkSync(GroupTurn turn, ClassicMember member, Reply<SyncResult> reply)
    {
        AnswerSync(turn, member, new SyncResult(ErrorCode.RebalanceInProgress));
        member.Sync = reply;
        _deadlines.Set(member, Never);
    }

    private void AnswerJoin(GroupTurn turn, ClassicMember member, JoinResult result)
    {
        if (member.Join is { } reply)
        {
            member.Join = null;
            _joined--;
            turn.Answer(reply, result);
        }
    }

    private static void AnswerSync(GroupTurn turn, ClassicMember member, SyncResult result)
    {
        if (member.Sync is { } reply)
        {
            member.Sync = null;
            turn.Answer(reply, result);
        }
    }

    private void Answer(GroupTurn turn, ClassicMember member, ErrorCode error)
    {
        AnswerJoin(turn, member, Refused(error, member.Id));
        AnswerSync(turn, member, new SyncResult(error));
    }

    private void OweSync(ClassicMember member)
    {
        _owingSync += member.OwesSync ? 0 : 1;
        member.OwesSync = true;
    }

    private void PaySync(ClassicMember member)
    {
        _owingSync -= member.OwesSync ? 1 : 0;
        member.OwesSync = false;
    }

    private static JoinResult Refused(ErrorCode error, string memberId = "") =>
        new() { Error = error, MemberId = memberId };
}
