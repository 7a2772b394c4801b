using PgSsl.Common;

namespace PgSsl.Connections.Dialects;

/// <summary>An application's connection while it is read.</summary>
/// <param name="driver">The driver's name in messages.</param>
internal sealed class DialectDraft(string driver)
{
    private readonly ParsedEndpoint _parsed = new();
    private readonly List<WrittenParameter> _written = [];
    private readonly List<string> _sslWords = [];
    private readonly List<string> _unknown = [];
    private int? _secretEnd;

    /// <summary>What was read so far, by libpq's name.</summary>
    public Dictionary<string, string> Parameters => _parsed.Parameters;

    /// <summary>Why the driver refuses the string; the first reason counts.</summary>
    public PgSslException? Refusal { get; private set; }

    /// <summary>What it says about TLS, in its own words.</summary>
    public string SslWords => string.Join("; ", _sslWords);

    /// <summary>The last value of one of the driver's parameters; null if it is not given.</summary>
    public string? this[string name] => _written.FindLast(parameter => parameter.Name == name)?.Value;

    /// <summary>
    /// The names that the driver does not have, as they may be shown. Behind a secret, a name is masked: it may be the rest of a password with a
    /// separator in it.
    /// </summary>
    public IEnumerable<string> Unknown => _unknown;

    /// <summary>Takes a parameter. Of those that are given twice the last counts, and an empty one counts as not given.</summary>
    public void Add(WrittenParameter written, DialectParameter? known)
    {
        EndpointErrors.RefuseNul(written.Value);
        _written.Add(written);
        if (known is null)
            _unknown.Add(_secretEnd is null ? written.Name : ConnectionSetting.Mask);
        if (known?.IsSecret == true || SecretText.IsSecretName(written.Name))
            Mask(written.Start, written.End);
        else if (known is null && _secretEnd is { } end)
            Mask(end, written.End);
        else if (known?.IsAboutTls == true)
            _sslWords.Add($"{written.Name}={written.Value}");
        if (known?.Name is not { } name)
            return;
        if (written.Value.Length == 0)
            Parameters.Remove(name);
        else if (known.Translate is not { } translate)
            _parsed.TryStore(name, written.Value, written.Start, written.End);
        else if (translate(written.Value) is { } value)
            _parsed.TryStore(name, value, written.Start, written.End);
        else
            Refuse($"{driver} has no {written.Name} \"{written.Value}\".", $"Use one of {known.Values}.");
    }

    /// <summary>Sets a parameter of libpq that was not given.</summary>
    public void Default(string name, string value) => Parameters.TryAdd(name, value);

    /// <summary>The driver refuses the string. It is an error only where the driver itself is asked about.</summary>
    public void Refuse(string message, string remedy) =>
        Refusal ??= new PgSslException(PgSslError.InvalidParameterValue, PrintableText.Of(message), remedy);

    private void Mask(int start, int end)
    {
        _parsed.Mask(start, end);
        _secretEnd = end;
    }

    /// <summary>The text with a mask instead of each secret.</summary>
    public string Mask(string text) => _parsed.MaskSecrets(text);
}
