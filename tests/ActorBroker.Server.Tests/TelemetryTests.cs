using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using ActorBroker.Broker;
using ActorBroker.Client;
using ActorBroker.Core.Configuration;
using ActorBroker.Server.Telemetry;
using ActorBroker.TestSupport;

namespace ActorBroker.Server.Tests;

/// <summary>Metrics and health of the real server, over HTTP and OTLP.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Metrics_tell_the_records_and_bytes_that_were_produced()
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        using var http = new HttpClient { BaseAddress = await server.HttpAddressAsync(Cancel) };
        await ProduceAsync(server, "orders", records: 50, bytes: 1000);

        var text = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel);

        Assert.Equal(50, Value(text, "actorbroker_broker_records_in_total{topic=\"orders\"}"));
        Assert.InRange(Value(text, "actorbroker_broker_bytes_in_total{topic=\"orders\"}"), 50_000, 60_000);
        Assert.Equal(1, Value(text, "actorbroker_broker_partitions_leader"));
        Assert.Equal(0, Value(text, "actorbroker_broker_partitions_offline"));
        Assert.InRange(Value(text, "actorbroker_broker_log_size_bytes{topic=\"orders\"}"), 50_000, 60_000);
        var produced = Value(text, "actorbroker_gateway_requests_total{api=\"Produce\"}");
        Assert.InRange(produced, 1, 50);
        Assert.Equal(
            produced, Value(text, "actorbroker_gateway_request_duration_seconds_count{api=\"Produce\"}"));
        Assert.Equal(
            produced, Value(text, "actorbroker_gateway_request_duration_seconds_bucket{api=\"Produce\",le=\"+Inf\"}"));
        Assert.InRange(Value(text, "actorbroker_gateway_request_bytes_total{api=\"Produce\"}"), 50_000, 100_000);
        Assert.InRange(
            Value(text, "actorbroker_gateway_connections_accepted_total{listener=\"PLAINTEXT\"}"), 1, 100);
        Assert.True(Value(text, "actorbroker_storage_append_duration_seconds_count") >= 1);
        Assert.True(Value(text, "actorbroker_broker_disk_free_bytes{log_dir=\"" + server.DataFolder + "\"}") > 0);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Topics_beyond_the_setting_are_counted_together()
    {
        await using var server = await ServerProcess.StartAsync(
            new ServerOptions { Settings = ["metrics.topics.max=1"] }, Cancel);
        using var http = new HttpClient { BaseAddress = await server.HttpAddressAsync(Cancel) };
        foreach (var topic in new[] { "one", "two", "three" })
        {
            await ProduceAsync(server, topic, records: 5, bytes: 10);
        }

        var text = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel);

        Assert.Equal(5, Value(text, "actorbroker_broker_records_in_total{topic=\"one\"}"));
        Assert.Equal(10, Value(text, "actorbroker_broker_records_in_total{topic=\"(others)\"}"));
        Assert.DoesNotContain("\"two\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_accepts_OpenMetrics_gets_it()
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        using var http = new HttpClient { BaseAddress = await server.HttpAddressAsync(Cancel) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/openmetrics-text;version=1.0.0"));

        using var open = await http.SendAsync(request, Cancel);
        using var plain = await http.GetAsync(new Uri("/metrics", UriKind.Relative), Cancel);

        Assert.Equal("application/openmetrics-text", open.Content.Headers.ContentType!.MediaType);
        Assert.EndsWith("# EOF\n", await open.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", plain.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Health_is_live_and_ready_and_other_pages_are_not_there()
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        using var http = new HttpClient { BaseAddress = await server.HttpAddressAsync(Cancel) };

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, HttpMethod.Get, "/health/live"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, HttpMethod.Head, "/health/ready"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(http, HttpMethod.Get, "/"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await StatusAsync(http, HttpMethod.Post, "/metrics"));
    }

    [Fact]
    public async Task Without_an_HTTP_listener_there_is_no_port()
    {
        await using var server = await ServerProcess.StartAsync(
            new ServerOptions { Settings = ["http.listener="] }, Cancel);
        await server.WaitForOutputAsync(line => line.StartsWith("Ctrl+C", StringComparison.Ordinal), Cancel);

        Assert.DoesNotContain("metrics and health", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_HTTP_port_stops_the_start_with_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        var result = await ServerProcess.RunToEndAsync(
            ["--listeners=PLAINTEXT://127.0.0.1:0", $"--http.listener={address}"], Cancel);

        Assert.Equal(1, result.ExitCode);
        var line = Assert.Single(result.Errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith($"actorbroker: http.listener: {address} can't be opened", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--http.listener=127.0.0.1:9644", "http.listener=127.0.0.1:9644 (command line): no HTTP address")]
    [InlineData("--http.listener=https://127.0.0.1:9644", "no HTTP address")]
    [InlineData("--otlp.endpoint=somewhere", "an http:// or https:// address")]
    [InlineData("--otlp.protocol=carrier-pigeon", "http/protobuf, grpc")]
    public async Task A_wrong_setting_stops_the_start(string argument, string expected)
    {
        var result = await ServerProcess.RunToEndAsync([argument], Cancel);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_arrive_at_an_OTLP_collector()
    {
        using var collector = new OtlpCollector();
        var variables = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
        };
        await using var server = await ServerProcess.StartAsync(new ServerOptions { Variables = variables }, Cancel);

        // The gateway opens last, so an export may come before it has anything to tell.
        var names = await collector.NamesWithAsync("actorbroker.gateway.connections", Cancel);

        Assert.Contains("actorbroker.broker.partitions", names);
        Assert.Equal("/v1/metrics", collector.Path);
    }

    [Fact]
    public async Task Another_brokers_metrics_are_not_sent()
    {
        using var collector = new OtlpCollector();
        using var ours = new BrokerMeters(1);
        using var theirs = new BrokerMeters(2);
        var config = BrokerConfig.Parse([new ConfigInput("otlp.endpoint", collector.Address, "test")]);
        var export = OtlpExport.Start(config, ours);
        ours.Create("ActorBroker.Broker").CreateCounter<long>("actorbroker.ours").Add(1);
        theirs.Create("ActorBroker.Broker").CreateCounter<long>("actorbroker.theirs").Add(1);

        // The end of the export sends what there is, and waits for the answer.
        var ending = Task.Run(export.Dispose, Cancel);
        var names = await collector.NamesWithAsync("actorbroker.ours", Cancel);
        await ending;

        Assert.DoesNotContain("actorbroker.theirs", names);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "secret", "OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "http/protobuf, grpc")]
    public async Task A_standard_variable_that_is_wrong_stops_a_start_that_would_send(
        string variable, string value, string expected)
    {
        using var folder = new TemporaryFolder();
        var variables = new Dictionary<string, string> { [variable] = value };
        string[] arguments =
        [
            "--listeners=PLAINTEXT://127.0.0.1:0", "--http.listener=http://127.0.0.1:0",
            "--otlp.endpoint=http://127.0.0.1:4318", $"--log.dirs={folder["data"]}",
        ];

        var result = await ServerProcess.RunToEndAsync(arguments, Cancel, variables: variables);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
        Assert.Single(result.Errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("=secret", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_endpoint_the_standard_variables_do_not_matter()
    {
        var variables = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/json",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "secret",
        };
        await using var server = await ServerProcess.StartAsync(new ServerOptions { Variables = variables }, Cancel);
        using var http = new HttpClient { BaseAddress = await server.HttpAddressAsync(Cancel) };

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, HttpMethod.Get, "/health/ready"));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var response = await http.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    private static double Value(string text, string series)
    {
        var line = Assert.Single(
            text.Split('\n'), line => line.StartsWith(series + " ", StringComparison.Ordinal));
        return double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture);
    }

    private static async Task ProduceAsync(ServerProcess server, string topic, int records, int bytes)
    {
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = server.BootstrapServers });
        await using var producer = client.CreateProducer();
        for (var number = 0; number < records; number++)
        {
            await producer.SendAsync(topic, NumberedRecords.Make(0, number, bytes), Cancel);
        }

        await producer.FlushAsync(Cancel);
    }
}
