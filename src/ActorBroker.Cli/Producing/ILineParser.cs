using ActorBroker.Client;

namespace ActorBroker.Cli.Producing;

/// <summary>Makes a record of a line, which stays as it is until the record is sent.</summary>
internal interface ILineParser
{
    /// <exception cref="FormatException">The line is no record; the message says why.</exception>
    ProducerRecord Parse(ReadOnlyMemory<byte> line);
}
