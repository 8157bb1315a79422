// What is left of a broker without its partitions: a process that counts in a shared catalogue, or holds a lease. Tests
// kill and stop it. It ends when its standard input does, so that it never outlives the test.
using System.Globalization;
using System.Text;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Broker.Cluster.Local;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging.Abstractions;

var folder = args[1];
var ended = Task.Run(Console.In.ReadToEnd);
try
{
    if (args[0] == "count")
    {
        Count();
    }
    else
    {
        var (id, epoch) = (args[2], args[3]);
        await LiveAsync(int.Parse(id, CultureInfo.InvariantCulture), long.Parse(epoch, CultureInfo.InvariantCulture));
    }

    return 0;
}
catch (DirectoryLockedException refusal)
{
    Console.WriteLine(refusal.Message);
    return 1;
}

void Count()
{
    var key = new CatalogueKey("cluster", "counter");
    using var catalogue = JournalCatalogue.Open(PhysicalFileSystem.Instance, folder, NullLogger.Instance, 10);
    while (!ended.IsCompleted)
    {
        var document = catalogue.Read(key);
        var next = document is null ? 1 : long.Parse(document.Body.Span, CultureInfo.InvariantCulture) + 1;
        var body = Encoding.UTF8.GetBytes(next.ToString(CultureInfo.InvariantCulture));
        if (catalogue.TryWrite(key, document?.Version ?? 0, body))
        {
            Console.WriteLine(next);
        }
    }
}

async Task LiveAsync(int brokerId, long epoch)
{
    var times = new LeaseTimes(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(1500));
    await using var membership = LeaseMembership.Open(
        PhysicalFileSystem.Instance, folder, brokerId, times, TimeProvider.System, NullLogger.Instance);
    await membership.JoinAsync(brokerId, epoch, CancellationToken.None);
    Console.WriteLine("joined");
    await ended;
}
