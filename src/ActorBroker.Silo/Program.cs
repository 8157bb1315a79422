// A silo that is a broker: Kafka clients, Orleans clients and health probes come to this one process.
using ActorBroker.Silo;

return await SiloProgram.RunAsync(args, [SiloClustering.Localhost, SiloClustering.AdoNet]);
