namespace ActorBroker.Core.Catalogue;

/// <summary>What an administrator asks for by ElectLeaders.</summary>
public enum ElectionKind : byte
{
    /// <summary>The first replica leads again, if it is in sync.</summary>
    Preferred,

    /// <summary>Somebody leads, even if committed records are lost by it (KIP-460).</summary>
    Unclean,
}
