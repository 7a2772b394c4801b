using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Requests;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Requests;

/// <summary>What openssl makes of subjects, hundreds at a time.</summary>
internal static class OpenSslNames
{
    // As the openssl.cnf that is shipped has it.
    private const string Configuration = "[req]\nstring_mask = utf8only\ndistinguished_name = dn\n[dn]\n";

    /// <summary>The encoded subjects of requests that openssl makes from -subj arguments; empty where it refuses.</summary>
    public static IReadOnlyList<byte[]> Encode(IReadOnlyList<string> arguments)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("openssl.cnf", Configuration);
        var script = new StringBuilder("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k.key 2>/dev/null\n");
        for (int i = 0; i < arguments.Count; i++)
        {
            directory.Write($"{i}.txt", Encoding.UTF8.GetBytes(arguments[i] + "."));
            script.Append(CultureInfo.InvariantCulture, $"s=$(cat {i}.txt); openssl req -new -utf8 -config openssl.cnf -key k.key ");
            script.Append(CultureInfo.InvariantCulture, $"-subj \"${{s%.}}\" -outform DER -out {i}.der 2>/dev/null\n");
        }
        OpenSslJudge.Run(directory.Path, script.ToString());
        return [.. Enumerable.Range(0, arguments.Count).Select(i => ReadSubject(Path.Combine(directory.Path, $"{i}.der")))];
    }

    /// <summary>The subjects as openssl prints them by RFC 2253, in UTF-8.</summary>
    public static IReadOnlyList<string> Print(IReadOnlyList<SubjectName> subjects)
    {
        using var directory = new TemporaryDirectory();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var script = new StringBuilder();
        for (int i = 0; i < subjects.Count; i++)
        {
            var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
                new X500DistinguishedName(subjects[i].Encoded.Span), key, HashAlgorithmName.SHA256);
            directory.Write($"{i}.csr", request.CreateSigningRequestPem());
            script.Append(CultureInfo.InvariantCulture, $"openssl req -in {i}.csr -noout -subject -nameopt RFC2253,-esc_msb,utf8\n");
            script.Append(CultureInfo.InvariantCulture, $"echo '{OpenSslJudge.Separator}'\n");
        }
        string[] output = OpenSslJudge.Run(directory.Path, script.ToString()).Split(OpenSslJudge.Separator);
        return [.. output.Take(subjects.Count).Select(line => line.TrimStart('\n')["subject=".Length..].TrimEnd('\n'))];
    }

    private static byte[] ReadSubject(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
            return [];
        return System.Security.Cryptography.X509Certificates.CertificateRequest
            .LoadSigningRequest(File.ReadAllBytes(path), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default)
            .SubjectName.RawData;
    }
}
