// Three silos that are brokers over Azure Storage's emulator, and the services of samples/OrderFanOut.
var builder = DistributedApplication.CreateBuilder(args);

// The catalogue knows what lies in the brokers' folders, and they know whose catalogue that is: one is not to outlive
// the other, so that all data are in one folder.
var data = Path.Combine(builder.AppHostDirectory, "data");
var storage = builder.AddAzureStorage("storage")
    .RunAsEmulator(azurite => azurite.WithDataBindMount(Path.Combine(data, "storage")));
var tables = storage.AddTables("tables");
var blobs = storage.AddBlobs("blobs");

var broker = builder.AddActorBroker("broker", [.. Enumerable.Range(1, 3).Select(AddSilo)]);

AddService("orders").WithHttpEndpoint();
AddService("inventory");
AddService("billing");
AddService("notifications");

builder.Build().Run();

IResourceBuilder<ProjectResource> AddService(string service) => builder
    .AddProject<Projects.OrderFanOut>(service, static options => options.ExcludeLaunchProfile = true)
    .WithArgs("--service", service)
    .WithReference(broker)
    .WaitFor(broker);

IResourceBuilder<IResourceWithEndpoints> AddSilo(int id)
{
    var port = 9091 + id;
    return builder
        .AddProject<Projects.ActorBroker_Silo_Azure>(
            $"broker-{id}", static options => options.ExcludeLaunchProfile = true)
        .WithEnvironment("Silo__Tables", tables)
        .WithEnvironment("Silo__Blobs", blobs)
        .WithArgs(
            $"--Silo:BrokerId={id}", $"--Silo:SiloPort={11_110 + id}", $"--Silo:GatewayPort={29_999 + id}",
            $"--Broker:listeners=PLAINTEXT://127.0.0.1:{port}",
            $"--Broker:log.dirs={Path.Combine(data, $"broker-{id}")}")
        .WithBrokerEndpoints(port, httpPort: 9643 + id)
        .WaitFor(storage);
}
