using System.Security.Cryptography;
using ActorBroker.TestSupport;

namespace ActorBroker.Cli.Tests;

/// <summary>Byte streams and files go in and come out the same.</summary>
public sealed class FileTests(Tool tool) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_byte_stream_goes_in_and_comes_out_the_same()
    {
        var corpus = RandomFile("corpus", 20_000_001);
        var topic = await tool.CreateAsync(1);
        await tool.RunAsync(0, "produce", "--topic", topic, "--input", corpus, "--compression", "zstd");
        var read = await tool.RunAsync(
            0, "consume", "--topic", topic, "--output", _folder["copy"], "--from-beginning", "--exit-at-end");

        var bytes = await File.ReadAllBytesAsync(corpus, Cancel);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_folder["copy"], Cancel));
        var sum = Convert.ToHexStringLower(SHA256.HashData(bytes));
        Assert.Contains(sum, read.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_files_comes_out_as_files()
    {
        Directory.CreateDirectory(_folder["in/deep/er"]);
        RandomFile("in/small", 10);
        RandomFile("in/empty", 0);
        RandomFile("in/deep/er/large", 300_000);
        var topic = await tool.CreateAsync(3);
        await tool.RunAsync(0, "produce", "--topic", topic, "--directory", _folder["in"], "--record-bytes", "100000");
        await tool.RunAsync(
            0, "consume", "--topic", topic, "--output-directory", _folder["out"], "--from-beginning", "--exit-at-end");

        Assert.Equal(FilesUnder(_folder["in"]), FilesUnder(_folder["out"]));
    }

    [Fact]
    public async Task A_file_that_exists_is_not_replaced_unasked()
    {
        await File.WriteAllTextAsync(_folder["precious"], "precious", Cancel);
        var topic = await tool.CreateAsync(1);
        string[] consume = ["consume", "--topic", topic, "--output", _folder["precious"], "--exit-at-end"];
        var refused = await tool.RunAsync(2, consume);

        Assert.Contains("--force", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(_folder["precious"], Cancel));
        await tool.RunAsync(0, [.. consume, "--force"]);
        Assert.Empty(await File.ReadAllTextAsync(_folder["precious"], Cancel));
    }

    [Fact]
    public async Task A_file_can_be_exactly_one_record()
    {
        RandomFile("in/first", 10);
        RandomFile("in/second", 700_000);
        var topic = await tool.CreateAsync(1);
        await tool.RunAsync(0, "produce", "--topic", topic, "--directory", _folder["in"], "--whole");
        var read = await tool.RunAsync(
            0, "consume", "--topic", topic, "--from-beginning", "--exit-at-end", "--format", "%k %S\\n");
        Assert.Equal(["first 10", "second 700000"], read.Lines);
    }

    [Fact]
    public async Task A_byte_stream_on_standard_output_is_the_same_too()
    {
        var topic = await tool.CreateAsync(1);
        var text = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"line {i}\n"));
        await tool.RunAsync(0, text, ["produce", "--topic", topic, "--input", "-", "--record-bytes", "10000"]);
        var read = await tool.RunAsync(
            0, "consume", "--topic", topic, "--output", "-", "--from-beginning", "--exit-at-end", "--quiet");
        Assert.Equal(text, read.Output);
        Assert.Empty(read.Errors);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static List<string> FilesUnder(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path) + " " +
                Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))))
            .Order(StringComparer.Ordinal)];

    private string RandomFile(string name, int bytes)
    {
        var content = new byte[bytes];
        new Random(bytes).NextBytes(content);
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], content);
        return _folder[name];
    }
}
