namespace PgSsl.Binding;

/// <summary>The forms in which expiry is told.</summary>
internal static class ExpiryFormatWords
{
    public const string Objects = "Object", Nagios = "Nagios", Prometheus = "Prometheus";

    public static readonly string[] All = [Objects, Nagios, Prometheus];
}

/// <summary>The form in which expiry is told.</summary>
public sealed class ExpiryFormatTransformationAttribute() : WordTransformationAttribute(ExpiryFormatWords.All);

/// <summary>Completes the forms in which expiry is told.</summary>
public sealed class ExpiryFormatCompleter() : WordCompleter(ExpiryFormatWords.All, WordMeanings.ExpiryFormats);
