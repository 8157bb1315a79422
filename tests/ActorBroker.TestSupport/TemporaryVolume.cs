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

    public void Dispose()
    {
        // Lazily: a process that the test has just killed may still be letting go of its files.
        Run("umount", "-l", Path);
        _folder.Dispose();
    }

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
