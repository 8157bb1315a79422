using System.Globalization;

namespace ActorBroker.Server;

/// <summary>
/// Lets sockets complete on the threads that watch them: a request of a quiet connection then costs one wake-up instead
/// of two. The runtime reads these two from the environment only, when the first socket is made. The gateway takes
/// care that long work leaves those threads. An embedded broker leaves the choice to its host.
/// </summary>
internal static class SocketThreads
{
    private const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string Count = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>With two processors, a thread that waits for a disk would leave one: four are the least.</summary>
    private const int CountMin = 4;

    /// <summary>Before the first socket; what the operator has set stands.</summary>
    public static void Choose()
    {
        Default(Inline, "1");
        Default(Count, Math.Max(CountMin, Environment.ProcessorCount).ToString(CultureInfo.InvariantCulture));
    }

    private static void Default(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is null)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }
}
