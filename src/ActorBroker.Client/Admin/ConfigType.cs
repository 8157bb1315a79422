namespace ActorBroker.Client;

/// <summary>What a setting's values look like, by Kafka's numbers.</summary>
public enum ConfigType
{
    /// <summary>The broker did not say.</summary>
    Unknown = 0,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean = 1,

    /// <summary>Text.</summary>
    Text = 2,

    /// <summary>A number of 32 bits.</summary>
    Int32 = 3,

    /// <summary>A number of 16 bits.</summary>
    Int16 = 4,

    /// <summary>A number of 64 bits.</summary>
    Int64 = 5,

    /// <summary>A number with a fraction.</summary>
    Double = 6,

    /// <summary>Several values, separated by commas; can be appended to and subtracted from.</summary>
    List = 7,

    /// <summary>The name of a class.</summary>
    TypeName = 8,

    /// <summary>A secret.</summary>
    Secret = 9,
}
