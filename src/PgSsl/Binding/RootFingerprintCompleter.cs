using System.Collections;
using System.Management.Automation.Language;
using System.Management.Automation;
using PgSsl.Certificates;
using PgSsl.Connections;
using PgSsl.RootCertificates;
using PgSsl.RootFiles;

namespace PgSsl.Binding;

/// <summary>Completes the fingerprints of the certificates in the root file. A certificate is also found by its name.</summary>
public sealed class RootFingerprintCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = wordToComplete.Trim('\'', '"');
        try
        {
            return
            [
                .. RootFile.Read(FindFile(fakeBoundParameters)).Certificates
                    .Select(certificate => (Name: CertificateNames.Display(certificate), Fingerprint: Fingerprint.Of(certificate)))
                    .Where(root => root.Fingerprint.StartsWith(typed, StringComparison.OrdinalIgnoreCase)
                        || root.Name.Contains(typed, StringComparison.OrdinalIgnoreCase))
                    .Select(root => ForeignName.Complete(root.Fingerprint, root.Name, root.Fingerprint)),
            ];
        }
        catch (PgSslException)
        {
            // Completion has no place for errors.
            return [];
        }
    }

    private static string FindFile(IDictionary parameters)
    {
        var environment = ConnectionEnvironment.Capture(SessionLocation.Find());
        string? path = parameters["Path"] is string given ? environment.ResolvePath(given) : null;
        return path is null && parameters["Service"] is string service
            ? RootTarget.FindOf(environment, service).Path
            : RootTarget.Find(environment, path, null).Path;
    }
}
