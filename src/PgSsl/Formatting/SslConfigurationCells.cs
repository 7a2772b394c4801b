using System.Collections;
using System.Management.Automation;
using PgSsl.Common;

namespace PgSsl.Formatting;

/// <summary>What SslConfiguration.Format.ps1xml shows in its columns. Values may come deserialized.</summary>
public static class SslConfigurationCells
{
    /// <summary>on or off; empty if that is not known.</summary>
    public static string OnOff(object? value, object? style) => value switch
    {
        true => Cells.Paint("on", "Green", style),
        false => Cells.Paint("off", "Red", style),
        _ => "",
    };

    /// <summary>The protocol that is served, or no; a question mark if the server could not be reached.</summary>
    public static string Serves(object? serves, string? protocol, object? style) => serves switch
    {
        true => Cells.Paint(protocol ?? "", "Green", style),
        false => Cells.Paint("no", "Red", style),
        _ => "?",
    };

    /// <summary>Whether the file holds the certificate that is served.</summary>
    public static string InFile(object? isDrifted, object? style) => isDrifted switch
    {
        true => Cells.Paint("another", "Yellow", style),
        false => "the same",
        _ => "",
    };

    /// <summary>Settings, a line each.</summary>
    public static string Settings(object? settings)
    {
        object? list = settings is PSObject wrapped ? wrapped.BaseObject : settings;
        return PrintableText.Join(
            (list as IEnumerable ?? Array.Empty<object>()).Cast<object>().Select(PSObject.AsPSObject)
                .Select(setting => $"{Value(setting, "Name")} = {Value(setting, "Value")} ({Source(setting)})"));
    }

    /// <summary>Where a value comes from: file and line if they are known.</summary>
    public static string Source(PSObject setting) => PrintableText.Of(
        Value(setting, "SourceFile") is { } file and not "" ? $"{file}:{Value(setting, "SourceLine")}" : $"{Value(setting, "Source")}");

    private static object? Value(PSObject target, string property) => target.Properties[property]?.Value;
}
