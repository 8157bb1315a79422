using System.Globalization;
using System.Net;

namespace ActorBroker.Chaos.Harness;

/// <summary>
/// Finds which process holds the other end of a connection on this machine, whatever is spoken on it.
/// </summary>
internal static class SocketOwner
{
    /// <summary>The first of the processes that holds a socket bound to this address; null where none does.</summary>
    public static int? Find(IPEndPoint local, IEnumerable<int> processIds)
    {
        var inode = Inode(local);
        return inode is null
            ? null
            : processIds.Cast<int?>().FirstOrDefault(id => Holds(id!.Value, $"socket:[{inode}]"));
    }

    /// <summary>The kernel's table names each socket by its address in hexadecimal, and numbers it.</summary>
    private static string? Inode(IPEndPoint local)
    {
        var address = string.Create(
            CultureInfo.InvariantCulture,
            $"{BitConverter.ToUInt32(local.Address.MapToIPv4().GetAddressBytes()):X8}:{local.Port:X4}");
        string[] tables = ["/proc/net/tcp", "/proc/net/tcp6"];

        // A connection of before that has ended may still stand there by the same address; nobody's, it has number 0.
        return tables.Where(File.Exists).SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[1].EndsWith(address, StringComparison.Ordinal))
            .Select(fields => fields[9])
            .FirstOrDefault(static inode => inode != "0");
    }

    private static bool Holds(int processId, string socket)
    {
        try
        {
            return Directory.GetFiles($"/proc/{processId}/fd").Any(file => IsLinkTo(file, socket));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false; // It has just ended.
        }
    }

    /// <summary>One of its other files may be closed just now, which says nothing of the rest.</summary>
    private static bool IsLinkTo(string file, string target)
    {
        try
        {
            return new FileInfo(file).LinkTarget == target;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
