namespace ActorBroker.Core.Configuration;

/// <summary>The type of a setting, with the numbers that DescribeConfigs puts on the wire.</summary>
public enum ConfigType : sbyte
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean = 1,

    /// <summary>Text.</summary>
    String = 2,

    /// <summary>A 32-bit whole number.</summary>
    Int = 3,

    /// <summary>A 16-bit whole number.</summary>
    Short = 4,

    /// <summary>A 64-bit whole number.</summary>
    Long = 5,

    /// <summary>A number with a fraction.</summary>
    Double = 6,

    /// <summary>Texts, separated by commas.</summary>
    List = 7,

    /// <summary>The name of a Java class: never loaded here.</summary>
    Class = 8,

    /// <summary>A secret: never shown.</summary>
    Password = 9,
}
