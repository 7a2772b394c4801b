using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Common;

namespace PgSsl.Requirements;

/// <summary>That certificate and key belong together (SSL_CTX_check_private_key looks at the first certificate of the file).</summary>
internal static class PairRequirements
{
    public static IEnumerable<Verdict> Judge(ServerCertificateFacts facts, X509Certificate2 leaf)
    {
        Requirement pair = Requirement.KeyMatches, order = Requirement.LeafFirst;
        const string WithoutKey = "Which certificate is the server's own cannot be told without its key.";
        string certificates = facts.CertificateFile.Path, key = facts.KeyFile.Path;
        string name = $"'{CertificateNames.Display(leaf)}'";
        switch (facts.Key?.Matches(leaf))
        {
            case null:
                yield return pair.Unjudged($"It is not known whether {key} contains the key of {name}.", facts.Key?.Failure?.Remedy);
                yield return order.Unjudged(WithoutKey);
                break;
            case false:
                yield return pair.Unmet(
                    $"{key} is not the key of {name}, nor of another certificate in {certificates}.",
                    facts.MatchingKeyBackup is { } backup
                        ? $"A change was interrupted between the two files: its key is in {backup}. Run Install-PgServerCertificate again with " +
                            $"the new certificate, or restore the old key: mv {CommandText.ShellPath(backup)} {CommandText.ShellPath(key)}"
                        : "Use the key that the certificate was requested with: openssl x509 -noout -pubkey and openssl pkey -pubout " +
                            "print the same for both.");
                yield return order.Unjudged(WithoutKey);
                break;
            default:
                yield return pair.Met($"{key} is the key of {name}.");
                X509Certificate2 first = facts.Certificates!.Certificates[0];
                yield return ReferenceEquals(leaf, first)
                    ? order.Met($"{name} is the first certificate in {certificates}.")
                    : order.Unmet(
                        $"{certificates} begins with '{CertificateNames.Display(first)}', and the server uses the first certificate as its own.",
                        "Put the server's own certificate first; Install-PgServerCertificate does it.");
                break;
        }
    }
}
