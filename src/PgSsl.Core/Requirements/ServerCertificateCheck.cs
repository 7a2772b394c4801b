using PgSsl.Certificates;

namespace PgSsl.Requirements;

/// <summary>
/// Says, requirement by requirement, whether a server will load a certificate and its key, and whether clients will accept them.
/// </summary>
internal static class ServerCertificateCheck
{
    /// <summary>Judges all requirements; those that explain others come first.</summary>
    /// <param name="facts">What was found.</param>
    public static IReadOnlyList<ServerCertificateRequirement> Judge(ServerCertificateFacts facts)
    {
        IEnumerable<Verdict> verdicts = FileRequirements.Judge(facts);
        if (facts.Leaf is { } leaf && ParsedCertificate.Of(leaf) is { } parsed)
        {
            verdicts = verdicts
                .Concat(PairRequirements.Judge(facts, leaf))
                .Concat(ChainRequirements.Judge(facts))
                .Concat(StrengthRequirements.Judge(facts, parsed))
                .Concat(ClientRequirements.Judge(facts, parsed));
        }
        return [.. verdicts.Select(verdict => new ServerCertificateRequirement
        {
            Requirement = verdict.Requirement.Name,
            IsMet = verdict.IsMet,
            Source = verdict.Requirement.RequiredBy,
            Detail = verdict.Detail,
            Remedy = verdict.Remedy,
            CertificatePath = facts.CertificateFile.Path,
            KeyPath = facts.KeyFile.Path,
        })];
    }
}
