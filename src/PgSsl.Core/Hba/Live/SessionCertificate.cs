using PgSsl.Certificates;

namespace PgSsl.Hba.Live;

/// <summary>The certificate of a session's client, as far as pg_stat_ssl tells. Its key, its dates and what was sent with it are not known.</summary>
/// <param name="Subject">Whose it is; null if that is not known.</param>
/// <param name="Issuer">Who issued it; null if that is not known (before PostgreSQL 12).</param>
/// <param name="Serial">Its serial number in decimal; null if that is not known.</param>
internal sealed record SessionCertificate(string? Subject, string? Issuer, string? Serial)
{
    /// <summary>The name that a rule looks for: its common name, or the whole name with <c>clientname=DN</c>; null if it is not known.</summary>
    public string? NameFor(HbaRecord record)
    {
        OneLineName? name = Subject is null ? null : new OneLineName(Subject);
        return record.Option("clientname") == "DN" ? name?.Rfc2253 : name?.CommonName;
    }
}
