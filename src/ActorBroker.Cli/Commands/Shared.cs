using System.CommandLine;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class Shared
{
    public static Option<bool> Json() => new("--json") { Description = "Prints JSON, one object a line." };

    public static Option<bool> Quiet() => new("--quiet", "-q") { Description = "Says nothing but errors." };

    public static Argument<string> Topic() => new("topic") { Description = "The topic's name." };

    /// <summary>How batches are compressed.</summary>
    public static Option<CompressionCodec> Compression() => new("--compression", "-z")
    {
        Description = "How batches are compressed; none is the default.",
        HelpName = "none|gzip|snappy|lz4|zstd",
        CustomParser = result =>
        {
            if (Enum.TryParse<CompressionCodec>(result.Tokens[0].Value, ignoreCase: true, out var codec)
                && Enum.IsDefined(codec))
            {
                return codec;
            }

            result.AddError("--compression must be none, gzip, snappy, lz4 or zstd.");
            return CompressionCodec.None;
        },
    };

    /// <summary>Who acknowledges; the values are the protocol's own.</summary>
    public static Option<Acks?> Acknowledge(string fallback) => new("--acks")
    {
        Description =
            "Who must have a record: all (idempotent too), 1 (the leader) or 0 (nobody); " +
            $"{fallback} is the default.",
        HelpName = "0|1|all",
        CustomParser = result =>
        {
            switch (result.Tokens[0].Value)
            {
                case "all" or "-1":
                    return Acks.All;
                case "1":
                    return Acks.Leader;
                case "0":
                    return Acks.None;
                default:
                    result.AddError("--acks must be 0, 1 or all.");
                    return null;
            }
        },
    };
}
