using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using ActorBroker.Core.Producers;
using ActorBroker.Core.Replication;
using ActorBroker.Core.Tests.Cluster;
using static ActorBroker.Core.Tests.ProducerBatches;

namespace ActorBroker.Core.Tests.Replication;

/// <summary>
/// Random writes, flushes, acknowledgements and in-sync changes, some of whose outcomes the leader learns late; the
/// machine's invariants are checked after every step against the catalogue's truth.
/// </summary>
public class LeaderMachinePropertyTests
{
    [Theory]
    [InlineData(11, false)]
    [InlineData(12, false)]
    [InlineData(13, true)]
    [InlineData(14, true)]
    public void Invariants_hold_after_every_step(int seed, bool commitNeedsFlush)
    {
        var run = new Run(seed, commitNeedsFlush);
        for (var step = 0; step < 20_000; step++)
        {
            run.Step();
            run.Check($"seed {seed}, step {step}");
        }

        Assert.True(run.Leader.HighWatermark > 0);
    }

    private sealed class Run
    {
        private static readonly ClusterView View = Views.Live(1, 2, 3);
        private readonly Random _random;
        private readonly bool _commitNeedsFlush;
        private readonly Dictionary<int, long> _held = new() { [2] = 0, [3] = 0 };
        private PartitionState _recorded = LeaderScenario.State([1, 2, 3], [1, 2, 3]);
        private long _version = 1;
        private long _knownVersion = 1;
        private long _flushed;
        private long _highWatermark;
        private long _logEnd;
        private long _nowMs;

        public Run(int seed, bool commitNeedsFlush)
        {
            _random = new Random(seed);
            _commitNeedsFlush = commitNeedsFlush;
            Leader = new LeaderMachine(new LeaderStart
            {
                BrokerId = 1,
                BrokerEpoch = 10,
                LogEndOffset = 0,
                HighWatermark = 0,
                State = _recorded,
                CatalogueVersion = 1,
                Producers = new ProducerTable(),
                CommitNeedsFlush = commitNeedsFlush,
            });
        }

        public LeaderMachine Leader { get; }

        public void Step()
        {
            _nowMs += _random.Next(10);
            switch (_random.Next(8))
            {
                case 0:
                    Leader.Accept(Plain(_random.Next(1, 5)), acks: -1, _nowMs);
                    break;
                case 1:
                    Leader.Written(_random.Next(2) == 0 ? Leader.NextOffset : Leader.LogEndOffset);
                    break;
                case 2:
                    _flushed = Math.Max(_flushed, _random.NextInt64(Leader.LogEndOffset + 1));
                    Leader.Flushed(_flushed);
                    break;
                case 3 or 4 or 5:
                    Acknowledge(_random.Next(2, 4));
                    break;
                case 6:
                    Propose();
                    break;
                default:
                    Settle();
                    break;
            }
        }

        public void Check(string where)
        {
            Assert.True(Leader.HighWatermark >= _highWatermark, where);
            Assert.True(Leader.LogEndOffset >= _logEnd, where);
            Assert.True(Leader.HighWatermark <= Leader.LogEndOffset && Leader.LogEndOffset <= Leader.NextOffset, where);
            Assert.True(Leader.LastStableOffset <= Leader.HighWatermark, where);
            Assert.Contains(1, Leader.State.InSync);
            if (Leader.HighWatermark > _highWatermark)
            {
                // What was committed just now is on every in-sync member that the catalogue records, known to us or
                // not.
                Assert.All(_recorded.InSync, id => Assert.True(Held(id) >= Leader.HighWatermark, where));
            }

            _highWatermark = Leader.HighWatermark;
            _logEnd = Leader.LogEndOffset;
        }

        private long Held(int id) => id != 1 ? _held[id] : _commitNeedsFlush ? _flushed : Leader.LogEndOffset;

        private void Acknowledge(int id)
        {
            // A follower never loses what it has; it may be slow, and it may say less than it holds.
            _held[id] = Math.Max(_held[id], _random.NextInt64(Leader.LogEndOffset + 1));
            LeaderScenario.Answer(Leader, id, _random.Next(5) == 0 ? _held[id] / 2 : _held[id], id * 10, _nowMs);
        }

        private void Propose()
        {
            var wanted = Leader.WantedInSync(_nowMs, lagMaxMs: _random.Next(50), View);
            if (wanted is null)
            {
                return;
            }

            Leader.Propose(wanted);
            if (_version == _knownVersion && _random.Next(3) > 0)
            {
                // The compare-and-set succeeded; whether and when the leader hears of it is another matter.
                _recorded = wanted;
                _version++;
            }
            else if (_random.Next(2) == 0)
            {
                Leader.ProposalEnded(_version, _recorded, _nowMs);
                _knownVersion = _version;
            }
        }

        private void Settle()
        {
            _knownVersion = _version;
            if (_random.Next(2) == 0)
            {
                Leader.Update(_version, _recorded, _nowMs);
            }
            else
            {
                Leader.ProposalEnded(_version, _recorded, _nowMs);
            }
        }
    }
}
