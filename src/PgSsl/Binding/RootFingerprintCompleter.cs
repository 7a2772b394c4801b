using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PgSsl.Certificates;
using PgSsl.Connections;
using PgSsl.RootCertificates;

namespace PgSsl.Binding;

/// <summary>Completes the fingerprints of what is in the root file; a certificate is found by its name, too.</summary>
public sealed class RootFingerprintCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = wordToComplete.Trim('\'', '"');
        try
        {
            string? path = fakeBoundParameters["Path"] as string ?? EffectiveRoots.Find(ConnectionEnvironment.Capture()).Path;
            return path is null ? [] :
            [
                .. RootFile.Read(path).Certificates
                    .Select(certificate => (Name: CertificateNames.Display(certificate), Fingerprint: RootFile.FingerprintOf(certificate)))
                    .Where(root => root.Fingerprint.StartsWith(typed, StringComparison.OrdinalIgnoreCase)
                        || root.Name.Contains(typed, StringComparison.OrdinalIgnoreCase))
                    .Select(root => new CompletionResult(root.Fingerprint, root.Name, CompletionResultType.ParameterValue, root.Fingerprint)),
            ];
        }
        catch (PgSslException)
        {
            // Completion has nobody to complain to.
            return [];
        }
    }
}
