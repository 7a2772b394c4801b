using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PgSsl.Tests.Certificates;

/// <summary>The real judge: one shell runs <c>openssl verify</c> over many chains, set up as libpq sets up its connections.</summary>
public static partial class OpenSslJudge
{
    /// <summary>What stands between the outputs: no certificate's name holds it, not even a damaged one's.</summary>
    public const string Separator = "=== next ===";

    public static bool IsAvailable { get; } = CanRun();

    /// <summary>The error number and depth that openssl names first for each chain; (0, 0) for a good one.</summary>
    public static IReadOnlyList<(int Error, int Depth)> Judge(IReadOnlyList<ChainCase> cases)
    {
        using var directory = new TemporaryDirectory();
        var script = new StringBuilder();
        for (int i = 0; i < cases.Count; i++)
        {
            ChainCase item = cases[i];
            directory.Write($"{i}.leaf", item.Served[0].ExportCertificatePem());
            directory.Write($"{i}.sent", string.Join("\n", item.Served.Select(certificate => certificate.ExportCertificatePem())));
            // libpq too loads roots and CRLs into one store.
            directory.Write($"{i}.root", item.TrustPem + item.CrlPem);
            string crls = item.CrlPem is null ? "" : "-crl_check_all";
            script.Append(
                CultureInfo.InvariantCulture,
                $"echo '{Separator}'; openssl verify -purpose sslserver -auth_level 2 -attime {item.At.ToUnixTimeSeconds()} ");
            script.Append(CultureInfo.InvariantCulture, $"-no-CApath -no-CAstore -CAfile {i}.root -untrusted {i}.sent {crls} {i}.leaf 2>&1\n");
        }
        string output = Run(directory.Path, script.ToString());
        return [.. output.Split(Separator).Skip(1).Select(FirstError)];
    }

    /// <summary>Runs a script in a shell and returns what it prints.</summary>
    public static string Run(string directory, string script)
    {
        using var process = Process.Start(new ProcessStartInfo("sh")
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            // openssl x509 reads all roots of the system, whatever it is asked for: fifty milliseconds.
            Environment = { ["SSL_CERT_FILE"] = "/dev/null" },
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        process.WaitForExit();
        return output.Result;
    }

    private static (int, int) FirstError(string output)
    {
        Match match = ErrorPattern().Match(output);
        if (match.Success)
            return (int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
        return output.Contains("leaf: OK", StringComparison.Ordinal) ? (0, 0) : throw new InvalidOperationException(output);
    }

    private static bool CanRun() =>
        !OperatingSystem.IsWindows() && Run(".", "openssl version 2>&1").StartsWith("OpenSSL 3.", StringComparison.Ordinal);

    [GeneratedRegex(@"error (\d+) at (\d+) depth lookup")]
    private static partial Regex ErrorPattern();
}
