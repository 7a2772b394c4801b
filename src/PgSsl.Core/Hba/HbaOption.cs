namespace PgSsl.Hba;

/// <summary>An authentication option.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value as written.</param>
/// <param name="Token">Name and value as they are written.</param>
internal readonly record struct HbaOption(string Name, string Value, HbaToken Token)
{
    /// <summary>name=value, with three asterisks instead of a secret.</summary>
    public string Display => HbaSecrets.ShowOption(Name, Value);

    /// <summary>Whether the value is a secret.</summary>
    public bool IsSecret => HbaSecrets.IsSecret(Name);
}
