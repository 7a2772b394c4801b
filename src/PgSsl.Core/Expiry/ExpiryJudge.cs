using PgSsl.Certificates;
using PgSsl.Common;

namespace PgSsl.Expiry;

/// <summary>Judges what was seen by two thresholds, for one moment.</summary>
internal sealed class ExpiryJudge
{
    private readonly int _warningDays;
    private readonly int _criticalDays;
    private readonly DateTime _at;

    /// <summary>Makes a judge.</summary>
    /// <param name="warningDays">Fewer days are a warning.</param>
    /// <param name="criticalDays">Fewer days are critical.</param>
    /// <param name="at">The moment to judge for.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.ContradictoryParameters"/>: it would be critical before it is a warning.</exception>
    public ExpiryJudge(int warningDays, int criticalDays, DateTimeOffset at)
    {
        if (criticalDays > warningDays)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"-CriticalDays {criticalDays} is more than -WarningDays {warningDays}.",
                $"Give both, the warning first: -WarningDays {criticalDays} -CriticalDays {warningDays}.");
        (_warningDays, _criticalDays, _at) = (warningDays, criticalDays, at.UtcDateTime);
    }

    /// <summary>Judges one thing.</summary>
    public CertificateExpiry Judge(ExpiryFact fact)
    {
        int? days = fact.NotAfter is { } end ? (int)Math.Floor((end - _at).TotalDays) : null;
        (string status, string reason) = (fact, days) switch
        {
            // A server that does not answer is down for its clients as well: docs/decisions/0086.
            ({ Error: { } error, Kind: "Server", IsMisnamed: false }, _) => ("Critical", error),
            ({ Error: { } error }, _) => ("Unknown", error),
            (_, null) => ("Unknown", fact.Kind == "Crl" ? "The revocation list has no nextUpdate." : "Its end cannot be read."),
            (_, < 0) => ("Expired", $"It expired on {CertificateTime.Day(fact.NotAfter)}."),
            (_, { } left) when left < _criticalDays => ("Critical", Expires(fact, left)),
            (_, { } left) when left < _warningDays => ("Warning", Expires(fact, left)),
            (_, { } left) => ("Ok", Expires(fact, left)),
        };
        return new CertificateExpiry
        {
            Server = fact.Server,
            Kind = fact.Kind,
            Subject = fact.Subject,
            Name = fact.Name ?? fact.Subject,
            Path = fact.Path,
            NotAfter = fact.NotAfter,
            DaysRemaining = days,
            Status = status,
            Reason = PrintableText.Of(fact.IsServed == false
                ? $"{reason} It is not served: a server serves another certificate of this name, perhaps until it reloads."
                : reason),
            IsServed = fact.IsServed,
            Fingerprint = fact.Fingerprint,
            WarningDays = _warningDays,
            CriticalDays = _criticalDays,
            Error = fact.Error,
            ErrorId = fact.ErrorId,
        };
    }

    private static string Expires(ExpiryFact fact, int days) =>
        $"It expires on {CertificateTime.Day(fact.NotAfter)}, in {days} {(days == 1 ? "day" : "days")}.";
}
