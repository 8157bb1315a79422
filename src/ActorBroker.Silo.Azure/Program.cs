// The silo of ActorBroker.Silo, which can use Azure Storage too, and tells an Aspire dashboard about itself.
using ActorBroker.Aspire;
using ActorBroker.Silo;
using ActorBroker.Silo.Azure;

return await SiloProgram.RunAsync(
    args, [AzureStorage.Clustering, SiloClustering.AdoNet, SiloClustering.Localhost],
    static builder => builder.AddServiceDefaults());
