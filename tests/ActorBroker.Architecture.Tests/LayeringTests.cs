using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace ActorBroker.Architecture.Tests;

/// <summary>
/// The house's floor plan: which room may reference which. Arrows point one way only; the same table stands in
/// <c>docs/architecture.md</c>.
/// </summary>
public class LayeringTests
{
    private static readonly Dictionary<string, Room> Plan = new()
    {
        ["Records"] = new([], ["IronSnappy"]),
        ["Protocol"] = new(["Records"], []),
        ["Assignors"] = new(["Records", "Protocol"], []),
        ["Core"] = new(["Records", "Protocol", "Assignors"], ["Microsoft.CodeAnalysis.BannedApiAnalyzers"]),
        ["Storage"] = new(["Records", "Core"], ["Microsoft.Extensions.Logging.Abstractions"]),
        ["Broker"] = new(["Core", "Storage"], ["Microsoft.Extensions.Logging.Abstractions"]),
        ["Gateway"] = new(["Protocol", "Broker"], ["Microsoft.Extensions.Logging.Abstractions"]),
        ["Client"] = new(["Records", "Protocol", "Assignors"], []),
        ["Client.Hosting"] = new(["Client"], ["Microsoft.Extensions.Hosting.Abstractions"]),
        ["Cli"] = new(["Client"], ["Spectre.Console", "System.CommandLine"]),
        ["Server"] = new(
            ["Records", "Protocol", "Core", "Storage", "Broker", "Gateway"],
            ["OpenTelemetry", "OpenTelemetry.Exporter.OpenTelemetryProtocol"]),
        ["Orleans.Abstractions"] = new(["Records"], ["Microsoft.Orleans.Sdk"]) { IsApart = true },
        ["Orleans"] = new(
            ["Orleans.Abstractions", "Orleans.Client", "Broker", "Gateway"], ["Microsoft.Orleans.Server"])
        {
            IsApart = true,
        },
        ["Orleans.Client"] = new(["Orleans.Abstractions", "Client.Hosting"], ["Microsoft.Orleans.Client"])
        {
            IsApart = true,
        },
        ["Silo"] = new(
            ["Orleans"], ["Microsoft.Orleans.Clustering.AdoNet", "Microsoft.Orleans.Persistence.AdoNet", "Npgsql"])
        {
            IsApart = true,
        },
        ["Silo.Azure"] = new(
            ["Silo", "Aspire.ServiceDefaults"],
            [
                "Azure.Identity", "Microsoft.Orleans.Clustering.AzureStorage",
                "Microsoft.Orleans.Persistence.AzureStorage",
            ])
        {
            IsApart = true,
        },
        ["Aspire.Hosting"] = new([], ["Aspire.Hosting"]) { IsApart = true },
        ["Aspire.ServiceDefaults"] = new(
            [],
            [
                "Microsoft.Extensions.Http.Resilience", "Microsoft.Extensions.ServiceDiscovery",
                "OpenTelemetry.Exporter.OpenTelemetryProtocol", "OpenTelemetry.Extensions.Hosting",
                "OpenTelemetry.Instrumentation.AspNetCore", "OpenTelemetry.Instrumentation.Http",
                "OpenTelemetry.Instrumentation.Runtime",
            ])
        {
            IsApart = true,
        },
        ["Aspire.AppHost"] = new(["Aspire.Hosting", "Silo.Azure"], ["Aspire.Hosting.Azure.Storage"])
        {
            IsApart = true,
        },
    };

    /// <summary>Runs in the compiler only, so it is not in the plan.</summary>
    private const string Generator = "Protocol.Generator";

    private sealed record Room(string[] MayReference, string[] Packages)
    {
        /// <summary>Built by a solution of its own, as its packages are not on every feed.</summary>
        public bool IsApart { get; init; }
    }

    public static TheoryData<string> Rooms => [.. Plan.Keys];

    public static TheoryData<string> BuiltRooms => [.. Plan.Keys.Where(static room => !Plan[room].IsApart)];

    [Fact]
    public void The_plan_shows_every_room() => Assert.Equal(
        Plan.Keys.Append(Generator).Order(), Repository.RoomProjects.Keys.Order());

    [Fact]
    public void No_arrow_points_back()
    {
        foreach (var room in Plan.Keys)
        {
            Assert.DoesNotContain(room, Below(room));
        }
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_project_references_only_what_the_plan_allows(string room)
    {
        var project = XDocument.Load(Repository.RoomProjects[room]);
        var rooms = Includes(project, "ProjectReference")
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Where(name => name.StartsWith("ActorBroker.", StringComparison.Ordinal))
            .Select(name => name["ActorBroker.".Length..])
            .Where(name => name != Generator);

        Assert.Empty(rooms.Except(Plan[room].MayReference));
        Assert.Empty(Includes(project, "PackageReference").Except(Plan[room].Packages));
    }

    /// <summary>A room sees what its neighbours show it, however far down that lives; never anything above.</summary>
    [Theory]
    [MemberData(nameof(BuiltRooms))]
    public void An_assembly_uses_only_what_lies_below_it(string room)
    {
        var name = room == "Cli" ? "actorbroker" : $"ActorBroker.{room}";
        var used = Assembly.Load(new AssemblyName(name)).GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(reference => reference.StartsWith("ActorBroker.", StringComparison.OrdinalIgnoreCase))
            .Select(reference => reference["ActorBroker.".Length..]);

        Assert.Empty(used.Except(Below(room)));
    }

    /// <summary>Machines know what is stored and what members send each other, but not the wire's versions.</summary>
    [Fact]
    public void No_machine_knows_a_request_or_a_response()
    {
        using var file = new PEReader(File.OpenRead(Assembly.Load("ActorBroker.Core").Location));
        var metadata = file.GetMetadataReader();
        var used = metadata.TypeReferences.Select(metadata.GetTypeReference)
            .Where(type => metadata.GetString(type.Namespace) == "ActorBroker.Protocol.Messages")
            .Select(type => metadata.GetString(type.Name))
            .ToList();

        Assert.DoesNotContain(used, name => name.EndsWith("Request") || name.EndsWith("Response"));
    }

    private static HashSet<string> Below(string room) =>
        [.. Plan[room].MayReference.SelectMany(next => Below(next).Append(next))];

    private static IEnumerable<string> Includes(XDocument project, string kind) =>
        project.Descendants(kind).Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/'));
}
