using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ActorBroker.TestSupport;

/// <summary>Signals to a process that the tests started.</summary>
public static class UnixSignals
{
    private const int Sigterm = 15;
    private const int Sigcont = 18;
    private const int Sigstop = 19;

    /// <summary>Asks the process to end.</summary>
    public static void Terminate(int processId) => Send(processId, Sigterm);

    /// <summary>Stops the process where it stands; it is not told, and cannot refuse.</summary>
    public static void Pause(int processId) => Send(processId, Sigstop);

    /// <summary>Lets a paused process go on.</summary>
    public static void Resume(int processId) => Send(processId, Sigcont);

    private static void Send(int processId, int signal)
    {
        if (Kill(processId, signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
