using System.Management.Automation;
using System.Management.Automation.Host;
using PgSsl.Binding;
using PgSsl.Common;

namespace PgSsl.Formatting;

/// <summary>What ServerCertificateDeployment.Format.ps1xml shows in its columns. Values may come deserialized.</summary>
public static class DeploymentCells
{
    /// <summary>yes, no, or a question mark. No is red for a requirement of the server or of clients, and yellow for one of practice.</summary>
    public static string IsMet(PSObject requirement, object? style) => requirement.Properties["IsMet"]?.Value switch
    {
        true => Cells.Paint("yes", "Green", style),
        false => Cells.Paint("no", $"{requirement.Properties["RequiredBy"]?.Value}" == nameof(RequirementSource.Practice) ? "Yellow" : "Red", style),
        _ => "?",
    };

    /// <summary>What was changed: the server as host:port; the file if no server was asked.</summary>
    public static string Where(PSObject change, PSHost? host)
    {
        ArgumentNullException.ThrowIfNull(change);
        string endpoint = $"{change.Properties["Endpoint"]?.Value}";
        string path = PrintableText.Of($"{change.Properties["Path"]?.Value}");
        return endpoint.Length == 0 ? Columns.CutStart(path, host, 24, 40)
            : EndpointName.Of(endpoint) is { } server ? Columns.CutServer(server, host, 24, 40)
            : Columns.Cut(PrintableText.Of(endpoint), host, 24, 40);
    }
}
