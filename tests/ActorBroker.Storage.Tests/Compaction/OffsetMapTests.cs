using System.Text;
using ActorBroker.Storage.Compaction;

namespace ActorBroker.Storage.Tests.Compaction;

public sealed class OffsetMapTests
{
    [Fact]
    public void It_holds_what_a_dictionary_holds()
    {
        var random = new Random(1);
        var map = new OffsetMap(8 << 20);
        var model = new Dictionary<string, long>();
        for (var offset = 0; offset < 200_000; offset++)
        {
            var key = $"key-{random.Next(100_000)}";
            Assert.True(map.TryPut(Encoding.UTF8.GetBytes(key), offset));
            model[key] = offset;
        }

        Assert.Equal(model.Count, map.Count);
        Assert.All(model, pair => Assert.Equal(pair.Value, map.Get(Encoding.UTF8.GetBytes(pair.Key))));
        Assert.Equal(-1, map.Get("unknown"u8));
        map.Clear();
        Assert.Equal((0, -1L), (map.Count, map.Get(Encoding.UTF8.GetBytes("key-1"))));
    }

    [Fact]
    public void A_full_map_refuses_new_keys_and_moves_known_ones_on()
    {
        var map = new OffsetMap(0);
        long offset = 0;
        while (map.TryPut(BitConverter.GetBytes(offset), offset))
        {
            offset++;
        }

        Assert.True(map.IsFull);
        Assert.Equal(offset, map.Count);
        Assert.True(map.TryPut(BitConverter.GetBytes(0L), offset));
        Assert.Equal(offset, map.Get(BitConverter.GetBytes(0L)));
        Assert.Equal(-1, map.Get(BitConverter.GetBytes(offset)));
    }
}
