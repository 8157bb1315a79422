using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace ActorBroker.Silo.Azure;

/// <summary>Silos that find each other in a table, and keep the catalogue in blobs.</summary>
/// <remarks>
/// Blobs, as an entity of a table ends at 1 MiB, and the catalogue's index or the document of a topic with thousands of
/// partitions may not. The provider writes a blob only over the ETag that it read (If-Match), and a new one only where
/// there is none (If-None-Match: *); both refusals are an <c>InconsistentStateException</c>, which the catalogue needs.
/// A blob's name has neither service nor cluster in it, so a storage account holds one cluster.
/// </remarks>
internal static class AzureStorage
{
    private const string Container = "actorbroker";

    /// <summary>
    /// <c>Silo:ConnectionString</c>, or <c>Silo:Tables</c> and <c>Silo:Blobs</c>: each a connection string, or the
    /// service's https address, where the process' own identity may use it.
    /// </summary>
    public static SiloClustering Clustering { get; } = new("AzureStorage", static (silo, settings) =>
    {
        var tables = Connect<TableServiceClient>(
            settings, "Tables", static text => new(text), static (address, identity) => new(address, identity));
        var blobs = Connect<BlobServiceClient>(
            settings, "Blobs", static text => new(text), static (address, identity) => new(address, identity));
        SiloClustering.UseEndpoints(silo, settings);
        silo.UseAzureStorageClustering(options => options.TableServiceClient = tables);
        silo.AddAzureBlobGrainStorage(SiloClustering.StorageName, options =>
            (options.BlobServiceClient, options.ContainerName) = (blobs, Container));
    });

    private static T Connect<T>(
        SiloSettings settings, string key, Func<string, T> byText, Func<Uri, TokenCredential, T> byIdentity)
    {
        const string Allowed = "a connection string of Azure Storage, or the https address of the service";
        var text = settings[key] ?? settings.Required("ConnectionString", Allowed);
        try
        {
            return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps
                ? byIdentity(address, new DefaultAzureCredential())
                : byText(text);
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException or InvalidOperationException)
        {
            // What was given holds a key: it is not shown.
            throw new SiloSettingException(settings[key] is null ? "ConnectionString" : key, "...", Allowed);
        }
    }
}
