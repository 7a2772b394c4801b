using PgSsl.Impostors;

namespace PgSsl.Binding;

/// <summary>The names of impostors, and what each has.</summary>
internal static class ImpostorWords
{
    public static readonly string[] Names = Enum.GetNames<ImpostorKind>();

    public static readonly Dictionary<string, string> Meanings =
        Impostor.All.ToDictionary(impostor => impostor.Kind.ToString(), impostor => $"A server {impostor.Flaw}. {impostor.Proves}");
}

/// <summary>Names of impostors.</summary>
public sealed class ImpostorTransformationAttribute() : WordTransformationAttribute(ImpostorWords.Names);

/// <summary>Completes names of impostors.</summary>
public sealed class ImpostorCompleter() : WordCompleter(ImpostorWords.Names, ImpostorWords.Meanings);
