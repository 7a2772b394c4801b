namespace PgSsl.Certificates;

/// <summary>A certificate in the trust store.</summary>
internal sealed record TrustAnchor(ParsedCertificate Certificate, TrustSettings? Settings)
{
    /// <summary>Whether a chain may end here: by its settings, or else because it is self-signed.</summary>
    public TrustDecision Decision
    {
        get
        {
            TrustDecision compatible = Certificate.IsSelfSigned ? TrustDecision.Trusted : TrustDecision.Neutral;
            return Settings?.Decide(compatible) ?? compatible;
        }
    }
}
