namespace PgSsl.Dsc;

/// <summary>What a cmdlet said while a resource was looked at or changed.</summary>
/// <param name="Level">How grave it is, in the words of DSC v3: <c>error</c>, <c>warn</c>, <c>info</c>, <c>debug</c>.</param>
/// <param name="Text">A sentence.</param>
public sealed record ResourceMessage(string Level, string Text);
