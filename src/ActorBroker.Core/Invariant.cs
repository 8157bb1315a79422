using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ActorBroker.Core;

/// <summary>
/// Always-on assertions. A broken invariant means that the state can't be trusted: it is thrown through the machine and
/// caught only at the actor's crash boundary, which drops the machine and rebuilds it from the log.
/// </summary>
public static class Invariant
{
    /// <summary>Throws <see cref="InvariantViolationException"/> unless the condition holds.</summary>
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string? text = null)
    {
        if (!condition)
        {
            throw new InvariantViolationException(text ?? "unnamed invariant");
        }
    }
}
