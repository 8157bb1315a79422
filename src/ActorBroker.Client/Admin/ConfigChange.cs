namespace ActorBroker.Client;

/// <summary>One change of one setting.</summary>
public sealed record ConfigChange
{
    private ConfigChange(string name, ConfigOperation operation, string? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Operation = operation;
        Value = value;
    }

    /// <summary>Kafka's name of the setting.</summary>
    public string Name { get; }

    /// <summary>What is done with it.</summary>
    public ConfigOperation Operation { get; }

    /// <summary>The value that it is done with; null where none is needed.</summary>
    public string? Value { get; }

    /// <summary>Gives the setting a value.</summary>
    public static ConfigChange Set(string name, string value) => new(name, ConfigOperation.Set, value);

    /// <summary>Takes the setting's own value away: the next source or the default holds again.</summary>
    public static ConfigChange Delete(string name) => new(name, ConfigOperation.Delete, null);

    /// <summary>Adds to a list, several separated by commas.</summary>
    public static ConfigChange Append(string name, string values) => new(name, ConfigOperation.Append, values);

    /// <summary>Takes out of a list, several separated by commas.</summary>
    public static ConfigChange Subtract(string name, string values) => new(name, ConfigOperation.Subtract, values);
}
