using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ActorBroker.Cli.Bench;

/// <summary>
/// Waits on its thread until a record is due. Timers are too coarse for that, and spinning all the way would take a
/// core away from the broker: it sleeps in short pieces and spins only the last of the way.
/// </summary>
internal static partial class Pacer
{
    private static readonly long SpinTicks = Stopwatch.Frequency / 5000; // 200 us
    private static readonly TimeSpecification Piece = new(0, 50_000);

    /// <summary>Waits until the time of <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public static void WaitUntil(long due)
    {
        while (due - Stopwatch.GetTimestamp() is > 0 and var left)
        {
            if (left <= SpinTicks)
            {
                Thread.SpinWait(20);
            }
            else if (OperatingSystem.IsWindows())
            {
                Thread.Sleep(1);
            }
            else
            {
                _ = Sleep(Piece, 0);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sleep(in TimeSpecification time, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpecification(nint seconds, nint nanoseconds)
    {
        public readonly nint Seconds = seconds;
        public readonly nint Nanoseconds = nanoseconds;
    }
}
