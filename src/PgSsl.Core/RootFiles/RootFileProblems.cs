using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;

namespace PgSsl.RootFiles;

/// <summary>Finds the problems of a root file, and describes them in sentences.</summary>
internal sealed class RootFileProblems
{
    private const string Consequence = "With such a file sslmode=prefer falls back to plaintext, and require and stricter modes fail.";
    private const string NormalizeRemedy = "Install-PgRootCert corrects this when it installs a root; or write the file again, in PEM.";

    private readonly RootFile _file;
    private readonly List<RootFileProblem> _found = [];

    private RootFileProblems(RootFile file) => _file = file;

    public static IReadOnlyList<RootFileProblem> Of(RootFile file, DateTimeOffset at)
    {
        var problems = new RootFileProblems(file);
        problems.ExamineForm();
        problems.ExamineSegments();
        if (file.Refusal is { } refusal && !problems._found.Exists(problem => problem.IsFatal))
            problems.AddFatal(problems.KindOfRefusal(), refusal.Message, refusal.Remedy ?? NormalizeRemedy);
        problems.ExamineAnchors();
        return [.. problems._found, .. OfCertificates(file.Certificates, at)];
    }

    /// <summary>The problems of certificates that are trusted together.</summary>
    public static IEnumerable<RootFileProblem> OfCertificates(IReadOnlyList<X509Certificate2> certificates, DateTimeOffset at)
    {
        ParsedCertificate[] all = [.. certificates.Select(ParsedCertificate.Of).OfType<ParsedCertificate>()];
        return all.SelectMany((certificate, i) => new[] { Outdated(certificate, at), Unfit(certificate, all) }
            .OfType<RootFileProblem>().Select(problem => problem with { Position = i + 1 }));
    }

    /// <summary>What <see cref="RootFile.Normalize"/> did to a segment.</summary>
    public static string DescribeNormalization(RootFileSegment segment) => segment.Kind == RootFileSegmentKind.OtherForm
        ? $"rewritten from {segment.Label} to PEM"
        : "BEGIN and END put on lines of their own";

    private void ExamineForm()
    {
        if (_file.Bytes.IsEmpty)
            AddFatal(RootFileProblemKind.Empty, $"{_file.Path} is empty. {Consequence}", "Put root certificates into it, or delete it.");
        int nul = _file.Bytes.IndexOf((byte)0);
        if (nul >= 0 && !_file.Segments.Any(segment => segment.Kind == RootFileSegmentKind.OtherForm))
            Add(
                RootFileProblemKind.NulByte,
                $"{_file.Path} has a NUL byte, and OpenSSL may stop reading there.",
                "Write the file again, as plain text.");
    }

    private void ExamineSegments()
    {
        foreach (RootFileSegment segment in _file.Segments)
        {
            switch (segment.Kind)
            {
                case RootFileSegmentKind.OtherForm:
                    AddFatal(KindOfForm(segment.Label), $"OpenSSL reads nothing from {_file.Path}: {segment.Fault}. {Consequence}", NormalizeRemedy);
                    break;
                case RootFileSegmentKind.Broken when _file.Refusal is not null:
                    AddFatal(
                        RootFileProblemKind.BrokenBlock, $"OpenSSL reads nothing from {_file.Path}: {segment.Fault}. {Consequence}",
                        "Replace the broken block with an intact one, or remove it.");
                    break;
                case RootFileSegmentKind.PrivateKey:
                    Add(
                        RootFileProblemKind.PrivateKey, $"{_file.Path} holds a private key, although everybody may read such a file.",
                        "Remove the key. If others could read the file, have the certificate reissued with a new key.");
                    break;
                default:
                    if (segment.Fault is not null && segment.Normalized is not null)
                        AddCurable(segment);
                    break;
            }
        }
    }

    private void AddCurable(RootFileSegment segment)
    {
        RootFileProblemKind kind = segment.IsHidden ? RootFileProblemKind.HiddenBlock : RootFileProblemKind.GluedBlocks;
        if (_found.Exists(problem => problem.Kind == kind))
            return;
        if (_file.Refusal is null)
            Add(kind, $"OpenSSL does not read all certificates in {_file.Path}: {segment.Fault}.", NormalizeRemedy);
        else
            AddFatal(kind, $"OpenSSL reads nothing from {_file.Path}: {segment.Fault}. {Consequence}", NormalizeRemedy);
    }

    private void ExamineAnchors()
    {
        ParsedCertificate[] all = [.. _file.Certificates.Select(ParsedCertificate.Of).OfType<ParsedCertificate>()];
        if (all.Length > 0 && !all.Any(certificate => certificate.IsSelfSigned))
            Add(
                RootFileProblemKind.NoAnchor,
                $"{_file.Path} holds no self-signed root, so libpq can verify no server with it. The root needed is {MissingRootOf(all)}.",
                "Add the root certificate itself; intermediates alone are never enough.");
    }

    private static RootFileProblem? Outdated(ParsedCertificate certificate, DateTimeOffset at) => Validity.Check(certificate, at) switch
    {
        ChainError.Expired => new(
            RootFileProblemKind.Expired,
            $"'{certificate.Name}' expired on {CertificateTime.Day(certificate.NotAfter)}, so it verifies nothing any more.",
            "Replace it with its successor."),
        ChainError.NotYetValid => new(
            RootFileProblemKind.NotYetValid, $"'{certificate.Name}' is not valid before {CertificateTime.Day(certificate.NotBefore)}.",
            "Check the clock of this machine; if it is right, wait."),
        _ => null,
    };

    private static RootFileProblem? Unfit(ParsedCertificate certificate, IReadOnlyList<ParsedCertificate> all)
    {
        if (!certificate.IsSelfSigned && !RootAnchors.HasAnchor(certificate, all))
            return new(
                RootFileProblemKind.MissingRoot,
                $"'{certificate.Name}' is not a root, and the root above its issuer '{CertificateNames.Display(certificate.Issuer)}' is not here, "
                    + "so libpq verifies nothing with it.",
                "Add the root certificate.");
        if (certificate.CaKind != 0)
            return null;
        return new(
            RootFileProblemKind.NotCa,
            certificate.IsSelfSigned
                ? $"'{certificate.Name}' is not a CA: it verifies only the server that serves exactly this certificate."
                : $"'{certificate.Name}' is the certificate of a server or a client, not a CA: it adds nothing to its root.",
            "Trust the CA that issues the servers' certificates instead.");
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

    private void Add(RootFileProblemKind kind, string message, string remedy) => _found.Add(new RootFileProblem(kind, message, remedy));
}
