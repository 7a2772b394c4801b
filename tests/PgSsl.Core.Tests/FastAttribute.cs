using Xunit.v3;

namespace PgSsl.Tests;

/// <summary>
/// Marks a class whose tests start neither a process nor a server and take no time: <c>dotnet test --filter Category=Fast</c> runs them.
/// <see cref="Architecture.FastTests"/> keeps the mark true.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class FastAttribute : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Category", "Fast")];
}
