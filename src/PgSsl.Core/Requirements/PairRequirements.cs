using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using By = PgSsl.RequirementSource;

namespace PgSsl.Requirements;

/// <summary>That certificate and key belong together (SSL_CTX_check_private_key looks at the first certificate of the file).</summary>
internal static class PairRequirements
{
    public static IEnumerable<Verdict> Judge(ServerCertificateFacts facts, X509Certificate2 leaf)
    {
        const string Pair = "KeyMatches", First = "LeafFirst";
        string certificates = facts.CertificateFile.Path, key = facts.KeyFile.Path;
        string name = $"'{CertificateNames.Display(leaf)}'";
        switch (facts.Key?.Matches(leaf))
        {
            case null:
                yield return Verdict.Unjudged(Pair, By.Server, $"Whether {key} holds the key of {name} cannot be told.", facts.Key?.Failure?.Remedy);
                yield return Verdict.Unjudged(First, By.Server, "Which certificate is the server's own cannot be told without its key.");
                break;
            case false:
                yield return Verdict.Unmet(
                    Pair, By.Server, $"{key} is not the key of {name}, nor of another certificate in {certificates}.",
                    facts.MatchingKeyBackup is { } backup
                        ? $"A change was interrupted between the two files: its key is in {backup}. Run Install-PgServerCertificate again with the new certificate, " +
                            $"or put the old key back: mv '{backup}' '{key}'"
                        : "Use the key that the certificate was requested with: openssl x509 -noout -pubkey and openssl pkey -pubout print the same for both.");
                yield return Verdict.Unjudged(First, By.Server, "Which certificate is the server's own cannot be told without its key.");
                break;
            default:
                yield return Verdict.Met(Pair, By.Server, $"{key} is the key of {name}.");
                yield return ReferenceEquals(leaf, facts.Certificates!.Certificates[0])
                    ? Verdict.Met(First, By.Server, $"{name} is the first certificate in {certificates}.")
                    : Verdict.Unmet(
                        First, By.Server,
                        $"{certificates} begins with '{CertificateNames.Display(facts.Certificates.Certificates[0])}', and the server takes the first certificate for its own.",
                        "Put the server's own certificate first; Install-PgServerCertificate does it.");
                break;
        }
    }
}
