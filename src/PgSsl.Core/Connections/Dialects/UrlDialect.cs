namespace PgSsl.Connections.Dialects;

/// <summary>A driver that takes libpq's URI with parameters of its own. A URI that libpq takes as well is libpq's.</summary>
internal abstract class UrlDialect : DriverDialect
{
    private static readonly Dictionary<string, DialectParameter> Libpq =
        ConnectionParameters.All.ToDictionary(parameter => parameter.Name, parameter => new DialectParameter(parameter.Name));

    /// <summary>What the driver has beyond libpq, or means differently.</summary>
    protected abstract IReadOnlyDictionary<string, DialectParameter> Own { get; }

    /// <inheritdoc/>
    protected sealed override IReadOnlyDictionary<string, DialectParameter> Parameters => Libpq;

    /// <inheritdoc/>
    public override bool Recognizes(string text) =>
        ConnectionUriParser.IsUri(text)
        && DriverUrl.ScanQuery(text, text.IndexOf('?') + 1).Any(parameter => IsOwn(parameter.Name, parameter.Value));

    /// <inheritdoc/>
    public override IReadOnlyList<WrittenParameter> Scan(string text) => DriverUrl.Scan(text);

    /// <summary>Whether only this driver has such a parameter, or such a value.</summary>
    protected virtual bool IsOwn(string name, string value) => Own.ContainsKey(name);

    /// <inheritdoc/>
    protected override DialectParameter? Find(string name) => Own.GetValueOrDefault(name) ?? base.Find(name);
}
