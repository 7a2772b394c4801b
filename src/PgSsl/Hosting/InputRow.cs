using System.Management.Automation;
using System.Text.RegularExpressions;
using PgSsl.Connections;

namespace PgSsl.Hosting;

/// <summary>
/// What came through the pipeline with a server: a row of a CSV, a computer of a directory. Its scalars are kept on the output, as InputObject.
/// </summary>
internal static class InputRow
{
    private const string Property = "InputObject";

    // The output is shown and exported; a password in a row is for the connection alone.
    private static readonly Regex Secrets = new("pass|pwd|secret|token|credential|apikey", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>
    /// The scalars of an object. Null for text, which says no more than Endpoint does. Output of this module passes on the row that it has.
    /// </summary>
    public static PSObject? Of(PSObject? input)
    {
        if (input is null || input.BaseObject is string or Uri or System.Collections.IEnumerable or System.Net.IPAddress)
            return null;
        if (input.TypeNames.Any(name => name.StartsWith("PgSsl.", StringComparison.Ordinal)
            || name.StartsWith("Deserialized.PgSsl.", StringComparison.Ordinal)))
            return input.Properties[Property]?.Value as PSObject;
        var row = new PSObject();
        foreach (PSPropertyInfo property in input.Properties)
            if (property.Name != Property && !Secrets.IsMatch(property.Name) && Read(property) is { } value && !IsSecret(value))
                row.Properties.Add(new PSNoteProperty(property.Name, value));
        return row.Properties.Any() ? row : null;
    }

    /// <summary>The output with its row. An answer (True, a text) is no more than itself.</summary>
    public static object Attach(PSObject row, object output)
    {
        if (output is ValueType or string)
            return output;
        var wrapped = PSObject.AsPSObject(output);
        // The output of one cmdlet is the input of the next: what is there already is farther away.
        wrapped.Properties.Remove(Property);
        wrapped.Properties.Add(new PSNoteProperty(Property, row));
        return wrapped;
    }

    private static bool IsSecret(object value) => value is string text && RefusedText.MayHoldSecret("", text);

    private static object? Read(PSPropertyInfo property)
    {
        try
        {
            object? value = property.Value is PSObject wrapped ? wrapped.BaseObject : property.Value;
            return value is string or decimal or DateTime or DateTimeOffset or TimeSpan or Guid || value?.GetType().IsPrimitive == true ? value
                : value is Enum word ? word.ToString() : null;
        }
        // A script property of somebody's.
        catch (GetValueException)
        {
            return null;
        }
    }
}
