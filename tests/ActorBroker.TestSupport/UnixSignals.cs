using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ActorBroker.TestSupport;

/// <summary>Signals to a process that the tests started.</summary>
internal static class UnixSignals
{
    private const int Sigterm = 15;

    public static void Terminate(int processId)
    {
        if (Kill(processId, Sigterm) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
