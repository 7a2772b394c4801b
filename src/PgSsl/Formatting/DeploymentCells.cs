using System.Management.Automation;

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
}
