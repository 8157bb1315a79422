using System.Buffers.Binary;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Protocol.Tests;

/// <summary>What holds of every message in every version: round trips, cuts, hostile lengths, garbage.</summary>
public sealed class EveryMessageTests
{
    private const int Seeds = 8;

    // No frame below has more than some kilobytes; what a decoder allocates for it stays in proportion.
    private const long AllocationMax = 1 << 20;

    private static readonly Dictionary<string, MessageDescriptor> ByName =
        MessageRegistry.All.ToDictionary(message => message.Name);

    public static TheoryData<string> Names { get; } = [.. MessageRegistry.All.Select(message => message.Name)];

    [Fact]
    public void The_registry_has_every_spec() =>
        Assert.Equal(SpecEncoder.Names.Order(), MessageRegistry.All.Select(message => message.Name).Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_version_round_trips_by_bytes(string name)
    {
        ForEachBody(name, (message, version, body) =>
        {
            var reader = new KafkaReader(body);
            var value = message.Read(ref reader, version);
            Assert.True(reader.Complete, $"{name} v{version}");
            using var writer = new KafkaWriter();
            value.Write(writer, version);
            Assert.Equal(Convert.ToHexString(body), Convert.ToHexString(writer.WrittenSpan));
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_truncated_prefix_faults(string name)
    {
        ForEachBody(name, (message, version, body) =>
        {
            for (var length = 0; length < body.Length; length += body.Length > 2000 ? 7 : 1)
            {
                var reader = new KafkaReader(body.AsMemory(0, length));
                message.Read(ref reader, version);
                Assert.True(reader.Faulted, $"{name} v{version} cut to {length} of {body.Length} bytes");
                Assert.Equal(0, reader.Remaining);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Hostile_lengths_allocate_nothing_for_what_is_not_there(string name)
    {
        ForEachBody(name, (message, version, body) =>
        {
            for (var at = 0; at < body.Length; at += body.Length > 500 ? 5 : 1)
            {
                var hostile = (byte[])body.Clone();
                if (message.Versions.IsFlexible(version))
                {
                    ReadOnlySpan<byte> huge = [0xff, 0xff, 0xff, 0xff, 0x07];
                    huge[..Math.Min(5, body.Length - at)].CopyTo(hostile.AsSpan(at));
                }
                else if (at + 4 <= body.Length)
                {
                    BinaryPrimitives.WriteInt32BigEndian(hostile.AsSpan(at), int.MaxValue);
                }

                Assert.InRange(AllocatedBy(message, version, hostile), 0, AllocationMax);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fuzzed_bodies_never_throw_and_what_decodes_is_stable(string name)
    {
        ForEachBody(name, (message, version, body) =>
        {
            var random = new Random(body.Length * 31 + version);
            for (var round = 0; round < 40; round++)
            {
                Fuzz(message, version, Mutate(body, random));
            }
        });
    }

    private static void Fuzz(MessageDescriptor message, short version, byte[] body)
    {
        var reader = new KafkaReader(body);
        var value = message.Read(ref reader, version);
        if (!reader.Complete)
        {
            return;
        }

        // Bytes may have more than one meaning's spelling; after one round there is one.
        using var first = new KafkaWriter();
        value.Write(first, version);
        var again = new KafkaReader(first.WrittenMemory);
        var same = message.Read(ref again, version);
        Assert.True(again.Complete, $"{message} v{version}");
        using var second = new KafkaWriter();
        same.Write(second, version);
        Assert.True(first.WrittenSpan.SequenceEqual(second.WrittenSpan), $"{message} v{version}");
    }

    private static byte[] Mutate(byte[] body, Random random)
    {
        if (random.Next(4) == 0)
        {
            var garbage = new byte[random.Next(200)];
            random.NextBytes(garbage);
            return garbage;
        }

        var copy = (byte[])body.Clone();
        for (var i = random.Next(1, 4); i > 0 && copy.Length > 0; i--)
        {
            copy[random.Next(copy.Length)] = random.Next(3) switch
            {
                0 => 0,
                1 => 0xff,
                _ => (byte)random.Next(256),
            };
        }

        return copy;
    }

    private static long AllocatedBy(MessageDescriptor message, short version, byte[] body)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var reader = new KafkaReader(body);
        message.Read(ref reader, version);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void ForEachBody(string name, Action<MessageDescriptor, short, byte[]> check)
    {
        var message = ByName[name];
        for (var version = message.Versions.Lowest; version <= message.Versions.Highest; version++)
        {
            for (var seed = 0; seed < Seeds; seed++)
            {
                check(message, version, SpecEncoder.Encode(name, version, seed));
            }
        }
    }
}
