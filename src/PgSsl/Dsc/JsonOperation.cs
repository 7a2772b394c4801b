using System.Collections;
using System.Management.Automation;
using System.Text;

namespace PgSsl.Dsc;

/// <summary>
/// One operation on a resource as DSC v3 asks for it: JSON on standard input, on standard output one document a line and nothing else, and messages
/// as a JSON object a line on standard error (PowerShell/DSC, lib/dsc-lib/src/dscresources/command_resource.rs).
/// </summary>
public static class JsonOperation
{
    private const string Exists = "_exist";

    /// <summary>
    /// What an engine shows for an exit code, instead of what was written to standard error. PgSsl.dsc.manifests.json has the same.
    /// </summary>
    public static IReadOnlyDictionary<int, string> ExitCodes { get; } = new Dictionary<int, string>
    {
        [0] = "Success.",
        [1] = "The operation failed; the error above says why.",
        [2] = "The properties make no sense; the error above names the one.",
        [3] = "The server could not be reached or logged in to; the error above says why.",
        [4] = "The change was refused, and nothing was changed; the error above says why, and what to do.",
        [5] = "The effect could not be proven, so everything was put back; the error above says what was seen.",
        [6] = "The effect could not be proven, and not everything could be put back: look at the server now.",
    };

    /// <summary>Runs an operation with the process's streams.</summary>
    /// <param name="resource">The resource: <c>HbaSsl</c>.</param>
    /// <param name="operation">get, test, set, delete or export.</param>
    /// <param name="isWhatIf">Whether set and delete only say what they would do.</param>
    /// <returns>The exit code: <see cref="ExitCodes"/>.</returns>
    public static int Run(string resource, string operation, bool isWhatIf)
    {
        using Stream input = Console.OpenStandardInput();
        using Stream output = Console.OpenStandardOutput();
        using Stream error = Console.OpenStandardError();
        return Run(resource, operation, isWhatIf, input, output, error);
    }

    internal static int Run(string resource, string operation, bool isWhatIf, Stream input, Stream output, Stream error)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var writer = new StringWriter { NewLine = "\n" };
        using var messages = new StreamWriter(error, utf8) { NewLine = "\n" };
        try
        {
            IDictionary properties = JsonProperties.Read(input);
            foreach (ResourceMessage message in Run(resource, operation, isWhatIf, properties, writer))
                Tell(messages, message);
            output.Write(utf8.GetBytes(writer.ToString()));
            output.Flush();
            return 0;
        }
        catch (RuntimeException failure) when (failure.ErrorRecord is { } record)
        {
            Tell(messages, new ResourceMessage("error", Describe(record.Exception.Message, record.ErrorDetails?.RecommendedAction)));
            // A value that no parameter takes, such as a protocol that there is not.
            return failure is ParameterBindingException ? 2 : CodeOf(record.Exception);
        }
        catch (PgSslException failure)
        {
            Tell(messages, new ResourceMessage("error", Describe(failure.Message, failure.Remedy)));
            return CodeOf(failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Of standard output, too: what a set has made is made, and whoever reads this asks again.
            Tell(messages, new ResourceMessage("error", $"{operation} of PgSsl/{resource} has no result: {failure.Message}"));
            return 1;
        }
    }

    private static IReadOnlyList<ResourceMessage> Run(
        string resource, string operation, bool isWhatIf, IDictionary properties, StringWriter writer)
    {
        ResourceResult result;
        switch (operation.ToLowerInvariant())
        {
            case "get":
                result = Resources.Get(resource, properties);
                writer.WriteLine(JsonProperties.Write(result.State));
                break;
            case "test":
                result = Resources.Test(resource, properties);
                result.State["_inDesiredState"] = result.IsInDesiredState;
                WriteWithDiff(result);
                break;
            case "set" or "delete":
                bool isDelete = operation.Equals("delete", StringComparison.OrdinalIgnoreCase);
                if (isDelete)
                    properties[Exists] = false;
                result = isWhatIf ? Resources.WhatIf(resource, properties) : Resources.Set(resource, properties);
                if (isWhatIf)
                    result.State["_metadata"] = new Hashtable { ["whatIf"] = result.Plan };
                if (!isDelete)
                    WriteWithDiff(result);
                else if (isWhatIf)
                    writer.WriteLine(JsonProperties.Write(new Hashtable { ["_metadata"] = result.State["_metadata"] }));
                break;
            case "export":
                foreach (ResourceResult found in Resources.Export(resource, properties))
                    writer.WriteLine(JsonProperties.Write(found.State));
                return [];
            default:
                throw new PgSslException(
                    PgSslError.InvalidParameterValue, $"There is no operation {operation}.", "The operations are get, test, set, delete and export.");
        }
        return result.Messages;

        void WriteWithDiff(ResourceResult found)
        {
            writer.WriteLine(JsonProperties.Write(found.State));
            writer.WriteLine(JsonProperties.Write((object)found.Differing));
        }
    }

    private static void Tell(StreamWriter messages, ResourceMessage message) =>
        messages.WriteLine(JsonProperties.Write((object)new Dictionary<string, string> { [message.Level] = message.Text }));

    private static string Describe(string message, string? remedy) => remedy is null ? message : $"{message} {remedy}";

    private static int CodeOf(Exception failure) => (failure as PgSslException)?.Error switch
    {
        PgSslError.InvalidEndpoint or PgSslError.UnknownParameter or PgSslError.InvalidParameterValue or PgSslError.ContradictoryParameters
            or PgSslError.UnsupportedParameter => 2,
        PgSslError.ServiceNotFound or PgSslError.HostNotFound or PgSslError.ConnectionRefused or PgSslError.ConnectionTimedOut
            or PgSslError.ConnectionFailed or PgSslError.ConnectionClosed or PgSslError.ConnectionRejected or PgSslError.TlsNotOffered
            or PgSslError.TlsHandshakeFailed or PgSslError.UntrustedCertificate or PgSslError.HostNameMismatch or PgSslError.NotPostgreSql
            or PgSslError.PasswordRequired or PgSslError.AuthenticationFailed or PgSslError.ServerNotReady
            or PgSslError.NoSuitableServer => 3,
        PgSslError.LockOut or PgSslError.LooserLogin or PgSslError.ConnectionsAtRisk or PgSslError.ManagedElsewhere
            or PgSslError.ServerElsewhere or PgSslError.RequirementNotMet or PgSslError.NotProvable or PgSslError.UntrustedPeer
            or PgSslError.UnexpectedFile or PgSslError.InsufficientPrivilege or PgSslError.InsecurePassword
            or PgSslError.FingerprintMismatch or PgSslError.RootNotVouchedFor or PgSslError.KeyMismatch => 4,
        PgSslError.ChangeNotProven => 5,
        PgSslError.UndoNotProven or PgSslError.FileNotRestored => 6,
        _ => 1,
    };
}
