using System.Globalization;

namespace ActorBroker.Chaos.Harness;

/// <summary>
/// A broker's wall clock, which can jump: libfaketime stands between the process and the system, and reads from a file
/// how far it is off. The monotonic clock goes on as it should.
/// </summary>
internal sealed class WallClock
{
    private const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
    private readonly string _file;

    private WallClock(string file)
    {
        _file = file;
        Jump(TimeSpan.Zero);
    }

    /// <summary>What the broker's process is started with.</summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = Library,
        ["FAKETIME_TIMESTAMP_FILE"] = _file,
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        ["FAKETIME_NO_CACHE"] = "1",
    };

    /// <summary>One whose offset stands in this file; null where the machine has no libfaketime.</summary>
    public static WallClock? TryCreate(string file) => File.Exists(Library) ? new WallClock(file) : null;

    /// <summary>From now on it is this far off.</summary>
    public void Jump(TimeSpan offset)
    {
        // By a rename: the broker reads the file at any time.
        var next = _file + ".next";
        File.WriteAllText(next, offset.TotalSeconds.ToString("+0;-0;+0", CultureInfo.InvariantCulture) + "\n");
        File.Move(next, _file, overwrite: true);
    }
}
