using ActorBroker.Records;
using ActorBroker.Storage.Tests.Support;

namespace ActorBroker.Storage.Tests;

/// <content>The first record that a reader has not read yet.</content>
public abstract partial class LogConformance
{
    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Gzip)]
    public void The_record_at_an_offset_is_found_with_its_time(CompressionCodec codec)
    {
        var harness = Start(Small);
        harness.Codec = codec;
        for (var i = 0; i < 40; i++)
        {
            harness.Append(1, records: 3);
            harness.Time.NowMs += 10;
        }

        Assert.True(harness.Log.SegmentCount > 2);
        for (var offset = 0; offset < 120; offset++)
        {
            var time = ManualTime.StartMs + (offset / 3 * 10) + (offset % 3);
            Assert.Equal(new TimestampOffset(time, offset, 0), harness.Log.FindRecord(offset, 120));
        }

        Assert.Null(harness.Log.FindRecord(120, 120));
        Assert.Null(harness.Log.FindRecord(60, 60));
    }

    [Fact]
    public void A_record_before_the_logs_start_is_not_found_but_the_first_that_is_left()
    {
        var harness = Start(Small);
        harness.Append(30, records: 3);
        Assert.True(harness.Log.AdvanceLogStart(31));

        Assert.Equal(31, harness.Log.FindRecord(0, 90)?.Offset);
    }
}
