// A silo that is a broker: Kafka clients, Orleans clients and health probes come to this one process.
using ActorBroker.Orleans;
using ActorBroker.Silo;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;

try
{
    var builder = WebApplication.CreateBuilder(args);
    var settings = SiloSettings.Read(builder.Configuration);
    builder.UseOrleans(silo => SiloSetup.Apply(silo, settings, builder.Configuration.GetSection("Broker")));
    builder.Services.AddHealthChecks().AddActorBroker();

    var app = builder.Build();
    app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false });
    app.MapHealthChecks("/health/ready");
    await app.RunAsync();
    return 0;
}
catch (Exception failure) when (SiloSetup.Explain(failure) is { } line)
{
    await Console.Error.WriteLineAsync(line);
    return 1;
}
