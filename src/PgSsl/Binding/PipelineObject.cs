using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace PgSsl.Binding;

/// <summary>An object as a parameter gets it: bare, wrapped by PowerShell, or made of properties only.</summary>
internal readonly struct PipelineObject(object? item)
{
    /// <summary>The object without PowerShell's wrapper. An object that has only properties stays as it is.</summary>
    public object? Base => Unwrap(item);

    /// <summary>The name of its type, for messages.</summary>
    public string TypeName => item is null ? "null" : PSObject.AsPSObject(item).BaseObject.GetType().Name;

    /// <summary>Converts the elements of a collection to an array, and anything else to one value.</summary>
    public static object? ConvertAll<T>(object? input, Func<PipelineObject, T> convert) =>
        Unwrap(input) is IEnumerable items and not (string or IDictionary)
            ? items.Cast<object?>().Select(item => convert(new PipelineObject(item))).ToArray()
            : convert(new PipelineObject(input));

    /// <summary>Whether it is of a type, or was before it came from a job or a file.</summary>
    public bool IsOrWas<T>() =>
        item is not null && PSObject.AsPSObject(item).TypeNames.Any(name => name.EndsWith(typeof(T).FullName!, StringComparison.Ordinal));

    /// <summary>
    /// Whether it says how a server was: output of Get-PgSslConfiguration, from a file and from JSON as well. Of such an object a change takes the
    /// server, and nothing else: what it says of files may be another server's, or last week's.
    /// </summary>
    public bool IsServerState => Has(nameof(SslConfiguration.ServesTls)) && Has(nameof(SslConfiguration.IsDrifted));

    /// <summary>Whether it is a verdict on files (Test-PgServerCertificate), of which a change takes nothing.</summary>
    public bool IsVerdict => Has(nameof(ServerCertificateRequirement.Requirement)) && Has(nameof(ServerCertificateRequirement.IsMet));

    /// <summary>Whether it is a backup of Get-PgBackup, from a file and from JSON as well.</summary>
    public bool IsBackup => IsOrWas<FileBackup>() || (Has(nameof(FileBackup.BackupPath)) && Has(nameof(FileBackup.IsNeeded)));

    /// <summary>Whether its Path is that of another kind of file than pg_hba.conf.</summary>
    public bool IsOfAnotherFile => IsOrWas<SslConfigurationChange>() || IsOrWas<RootCertificate>() || IsOrWas<RootCertificateChange>()
        || IsOrWas<FileCertificate>();

    /// <summary>Whether its Address is a server's own, and not that of a client.</summary>
    public bool HasServerAddress => IsOrWas<ServerCertificate>() || IsOrWas<SslModeResult>();

    private bool Has(string property) => item is not null && PSObject.AsPSObject(item).Properties[property] is not null;

    /// <summary>The value of a property; null if there is none.</summary>
    public object? Value(string property) => item is null ? null : Unwrap(PSObject.AsPSObject(item).Properties[property]?.Value);

    /// <summary>The value of a property as text; null if there is none, or if it is empty.</summary>
    public string? Text(string property) =>
        Value(property) is { } value && Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;

    /// <summary>The text of the first property that has one.</summary>
    public string? First(IEnumerable<string> properties)
    {
        foreach (string property in properties)
            if (Text(property) is { } text)
                return text;
        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => Convert.ToString(Base, CultureInfo.InvariantCulture) ?? "";

    private static object? Unwrap(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
}
