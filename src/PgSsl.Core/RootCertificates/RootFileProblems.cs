using PgSsl.Certificates;

namespace PgSsl.RootCertificates;

/// <summary>Finds what is the matter with a root file, and says it in sentences.</summary>
internal sealed class RootFileProblems
{
    private const string Consequence = "With such a file sslmode=prefer goes on in plaintext, and require and stricter fail.";
    private const string MendRemedy = "Install-PgRootCert mends this when it installs; or write the file anew, in PEM.";

    private readonly RootFile _file;
    private readonly DateTimeOffset _at;
    private readonly List<RootFileProblem> _found = [];

    private RootFileProblems(RootFile file, DateTimeOffset at)
    {
        _file = file;
        _at = at;
    }

    public static IReadOnlyList<RootFileProblem> Of(RootFile file, DateTimeOffset at)
    {
        var problems = new RootFileProblems(file, at);
        problems.ExamineForm();
        problems.ExamineSegments();
        if (file.Refusal is { } refusal && !problems._found.Exists(problem => problem.IsFatal))
            problems.AddFatal(problems.KindOfRefusal(), refusal.Message, refusal.Remedy ?? MendRemedy);
        problems.ExamineCertificates();
        return problems._found;
    }

    /// <summary>What <see cref="RootFile.Mend"/> did to a segment.</summary>
    public static string DescribeMending(RootFileSegment segment) => segment.Kind == RootFileSegmentKind.OtherForm
        ? $"rewritten from {segment.Label} to PEM"
        : "BEGIN and END put on lines of their own";

    private void ExamineForm()
    {
        if (_file.Bytes.IsEmpty)
            AddFatal(RootFileProblemKind.Empty, $"{_file.Path} is empty. {Consequence}", "Put root certificates into it, or delete it.");
        int nul = _file.Bytes.IndexOf((byte)0);
        if (nul >= 0 && !_file.Segments.Any(segment => segment.Kind == RootFileSegmentKind.OtherForm))
            Add(RootFileProblemKind.NulByte, $"{_file.Path} has a NUL byte: OpenSSL may stop reading there.", "Write the file anew, as plain text.");
    }

    private void ExamineSegments()
    {
        foreach (RootFileSegment segment in _file.Segments)
        {
            switch (segment.Kind)
            {
                case RootFileSegmentKind.OtherForm:
                    AddFatal(KindOfForm(segment.Label), $"OpenSSL reads nothing from {_file.Path}: {segment.Fault}. {Consequence}", MendRemedy);
                    break;
                case RootFileSegmentKind.Broken when _file.Refusal is not null:
                    AddFatal(
                        RootFileProblemKind.BrokenBlock, $"OpenSSL reads nothing from {_file.Path}: {segment.Fault}. {Consequence}",
                        "Replace the broken block with an intact one, or take it out.");
                    break;
                case RootFileSegmentKind.PrivateKey:
                    Add(
                        RootFileProblemKind.PrivateKey, $"{_file.Path} holds a private key, and everybody may read such a file.",
                        "Take the key out. If others could read the file, have the certificate reissued with a new key.");
                    break;
                default:
                    if (segment.Fault is not null && segment.Mended is not null)
                        AddCurable(segment);
                    break;
            }
        }
    }

    private void AddCurable(RootFileSegment segment)
    {
        if (_file.Refusal is null || segment.Fault!.Contains("passes over", StringComparison.Ordinal))
            Add(RootFileProblemKind.HiddenBlock, $"A certificate in {_file.Path} is not read: {segment.Fault}.", MendRemedy);
        else if (!_found.Exists(problem => problem.Kind == RootFileProblemKind.GluedBlocks))
            AddFatal(
                RootFileProblemKind.GluedBlocks,
                $"OpenSSL reads nothing from {_file.Path}: {segment.Fault}, as when two files are joined without a line break. {Consequence}",
                MendRemedy);
    }

    private void ExamineCertificates()
    {
        ParsedCertificate[] all = [.. _file.Certificates.Select(ParsedCertificate.Of).OfType<ParsedCertificate>()];
        if (all.Length > 0 && !all.Any(certificate => certificate.IsSelfSigned))
            Add(
                RootFileProblemKind.NoAnchor,
                $"{_file.Path} holds no self-signed root: libpq verifies no server with it. The root needed is {MissingRootOf(all)}.",
                "Add the root certificate itself; intermediates alone never do.");
        for (int i = 0; i < all.Length; i++)
            ExamineCertificate(all[i], i + 1, all);
    }

    private void ExamineCertificate(ParsedCertificate certificate, int position, ParsedCertificate[] all)
    {
        ChainError validity = Validity.Check(certificate, _at);
        if (validity == ChainError.Expired)
            Add(
                RootFileProblemKind.Expired, $"'{certificate.Name}' expired on {CertificateTime.Day(certificate.NotAfter)}: it verifies nothing any more.",
                "Replace it with its successor.", position);
        else if (validity == ChainError.NotYetValid)
            Add(
                RootFileProblemKind.NotYetValid, $"'{certificate.Name}' is not valid before {CertificateTime.Day(certificate.NotBefore)}.",
                "Check the clock of this machine; else wait.", position);
        if (!certificate.IsSelfSigned && !RootAnchors.HasAnchor(certificate, all))
            Add(
                RootFileProblemKind.MissingRoot,
                $"'{certificate.Name}' is not a root, and its issuer '{CertificateNames.Display(certificate.Issuer)}' leads to no root in the file: libpq verifies nothing with it.",
                "Add the root certificate.", position);
        else if (certificate.CaKind == 0)
            Add(
                RootFileProblemKind.NotCa,
                certificate.IsSelfSigned
                    ? $"'{certificate.Name}' is no CA: it verifies only the server that serves exactly this certificate."
                    : $"'{certificate.Name}' is the certificate of a server or a client, no CA: it adds nothing to its root.",
                "Trust the CA that issues the servers' certificates instead.", position);
    }

    private static string MissingRootOf(ParsedCertificate[] all) =>
        string.Join(" or ", all.Where(certificate => !all.Any(other => other.IsLikelyIssuerOf(certificate)))
            .Select(certificate => $"'{CertificateNames.Display(certificate.Issuer)}'").Distinct());

    private RootFileProblemKind KindOfRefusal() =>
        _file.Segments.All(segment => segment.Kind == RootFileSegmentKind.Text) ? RootFileProblemKind.NoPemBlock : RootFileProblemKind.NoCertificate;

    private static RootFileProblemKind KindOfForm(string? form) => form switch
    {
        OtherForms.Der => RootFileProblemKind.Der,
        OtherForms.Pkcs7 => RootFileProblemKind.Pkcs7,
        _ => RootFileProblemKind.Utf16,
    };

    private void AddFatal(RootFileProblemKind kind, string message, string remedy) =>
        _found.Add(new RootFileProblem(kind, message, remedy) { IsFatal = true });

    private void Add(RootFileProblemKind kind, string message, string remedy, int? position = null) =>
        _found.Add(new RootFileProblem(kind, message, remedy) { Position = position });
}
