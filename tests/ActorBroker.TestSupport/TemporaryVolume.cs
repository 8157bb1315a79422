using System.Diagnostics;

namespace ActorBroker.TestSupport;

/// <summary>A small volume in memory, mounted for one test: a disk that is really full. Needs root.</summary>
public sealed class TemporaryVolume : IDisposable
{
    private readonly TemporaryFolder _folder;

    private TemporaryVolume(TemporaryFolder folder)
    {
        _folder = folder;
    }

    public string Path => _folder.Path;

    /// <summary>Mounts it; null where this user or this machine can't, and why.</summary>
    public static (TemporaryVolume? Volume, string Reason) TryMount(int megabytes)
    {
        var folder = new TemporaryFolder();
        var (mounted, reason) = Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder.Path);
        if (mounted)
        {
            return (new TemporaryVolume(folder), "");
        }

        folder.Dispose();
        return (null, reason);
    }

    /// <summary>Leaves no room: nothing more can be written, while all that is there stays.</summary>
    public void Fill()
    {
        // A page more than is used, as the writer may be faster than the measurement.
        for (var spare = 4096; !Resize(Used + spare); spare *= 2)
        {
            if (spare > 64 * 1024 * 1024)
            {
                throw new IOException($"The volume {Path} could not be made smaller.");
            }
        }
    }

    /// <summary>Gives room again.</summary>
    public void Free(int megabytes) => Resize(megabytes * 1024L * 1024);

    public void Dispose()
    {
        // Lazily: a process that the test has just killed may still be letting go of its files.
        Run("umount", "-l", Path);
        _folder.Dispose();
    }

    private long Used
    {
        get
        {
            var drive = new DriveInfo(Path);
            return drive.TotalSize - drive.TotalFreeSpace;
        }
    }

    private bool Resize(long bytes) => Run("mount", "-o", $"remount,size={bytes}", Path).Succeeded;

    private static (bool Succeeded, string Reason) Run(string command, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(command, arguments)
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode == 0, $"{command}: {errors.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            return (false, $"{command}: {fault.Message}");
        }
    }
}
