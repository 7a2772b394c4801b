using System.Diagnostics.CodeAnalysis;

namespace PgSsl.Sandbox;

/// <summary>Something that this machine may lack (a PostgreSQL version, PgBouncer), or the reason why it cannot be had.</summary>
/// <param name="Value">What was found; null where it is not available.</param>
/// <param name="Reason">Why it is not available, fit for a skip message; empty where it is.</param>
public sealed record Availability<T>(T? Value, string Reason) where T : class
{
    /// <summary>True where <see cref="Value"/> can be used.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    public bool IsAvailable => Value is not null;

    /// <summary>The value, or a skipped test: <c>installation.OrSkip(Assert.Skip)</c>.</summary>
    /// <param name="skip">Ends the test with the reason; must not return.</param>
    /// <exception cref="SandboxException">Not available, and <paramref name="skip"/> returned.</exception>
    public T OrSkip(Action<string> skip)
    {
        if (Value is null)
        {
            skip(Reason);
            throw new SandboxException(Reason);
        }
        return Value;
    }
}

/// <summary>Makes <see cref="Availability{T}"/> values.</summary>
public static class Availability
{
    /// <summary>It is here.</summary>
    public static Availability<T> Of<T>(T value) where T : class => new(value, "");

    /// <summary>It is not, for this reason.</summary>
    public static Availability<T> Missing<T>(string reason) where T : class => new(null, reason);
}
