using System.Buffers.Binary;
using System.Globalization;
using ActorBroker.Records;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>
/// The files by which brokers know each other: <c>(id).lock</c>, held as long as the process lives, and
/// <c>(id).lease</c>, the epoch and a counter that grows while it does. Neither needs to outlive the machine: nothing
/// is flushed.
/// </summary>
internal sealed class LeaseFiles(IFileSystem files, string clusterFolder)
{
    private const string Suffix = ".lease";
    private const int LeaseBytes = 24;
    private readonly string _folder = Path.Combine(clusterFolder, "brokers");

    /// <summary>Makes sure of the folder.</summary>
    public void Create() => files.CreateDirectory(_folder);

    /// <summary>Makes the folder anew where it was removed, unless the cluster's whole folder was.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no cluster to be a member of.</exception>
    public void Restore()
    {
        if (Path.GetDirectoryName(_folder) is { } cluster && !files.DirectoryExists(cluster))
        {
            throw new DirectoryNotFoundException($"The cluster's folder {cluster} is gone.");
        }

        Create();
    }

    /// <summary>The brokers that have a lease, dead ones too.</summary>
    public IEnumerable<int> List()
    {
        foreach (var name in files.ListFiles(_folder))
        {
            if (!name.EndsWith(Suffix, StringComparison.Ordinal))
            {
                continue;
            }

            var number = name.AsSpan(0, name.Length - Suffix.Length);
            if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var brokerId))
            {
                yield return brokerId;
            }
        }
    }

    /// <summary>Takes the broker id for this process; null where another has it.</summary>
    public IDisposable? TryClaim(int brokerId) => files.TryLock(LockPath(brokerId));

    /// <summary>True while a process has the broker id.</summary>
    public bool IsClaimed(int brokerId) => files.IsLocked(LockPath(brokerId));

    /// <summary>Opens the lease for <see cref="Write"/>.</summary>
    public IFile Open(int brokerId) => files.OpenOrCreate(LeasePath(brokerId));

    /// <summary>A broker's lease; null where there is none, or it is just being written.</summary>
    public Lease? Read(int brokerId)
    {
        try
        {
            using var file = files.OpenRead(LeasePath(brokerId));
            Span<byte> bytes = stackalloc byte[LeaseBytes];
            return file.Read(bytes, 0) == LeaseBytes
                && BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]) == Crc32C.Compute(bytes[..16])
                ? new Lease(
                    BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]))
                : null;
        }
        catch (IOException failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>False where somebody has removed the lease.</summary>
    public bool HasLease(int brokerId) => files.FileExists(LeasePath(brokerId));

    /// <summary>False where somebody has removed the lock, which then locks nothing.</summary>
    public bool HasLock(int brokerId) => files.FileExists(LockPath(brokerId));

    /// <summary>Replaces the lease in place.</summary>
    public static void Write(IFile file, Lease lease)
    {
        Span<byte> bytes = stackalloc byte[LeaseBytes];
        bytes.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, lease.Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], lease.Counter);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], Crc32C.Compute(bytes[..16]));
        file.Write(bytes, 0);
    }

    internal string LockPath(int brokerId) => Path.Combine(_folder, $"{brokerId}.lock");

    internal string LeasePath(int brokerId) => Path.Combine(_folder, $"{brokerId}{Suffix}");
}

/// <summary>A broker's sign of life.</summary>
/// <param name="Epoch">Its broker epoch.</param>
/// <param name="Counter">Grows; <see cref="Left"/> where it went in good order.</param>
internal readonly record struct Lease(long Epoch, long Counter)
{
    public const long Left = -1;
}
