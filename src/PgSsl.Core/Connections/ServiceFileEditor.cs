using System.Text;
using PgSsl.Common;

namespace PgSsl.Connections;

/// <summary>Changes one parameter of one service in <c>pg_service.conf</c>, and nothing else.</summary>
internal static class ServiceFileEditor
{
    /// <summary>
    /// Sets a parameter: in its line if the section has one (libpq uses the first), else below the last entry of the section. A missing section is
    /// added at the end. Returns the same bytes if the parameter has that value already.
    /// </summary>
    /// <param name="content">The file; empty for a new file.</param>
    /// <param name="service">The section.</param>
    /// <param name="name">The parameter, in libpq's spelling.</param>
    /// <param name="value">Its value, without line breaks, and without a blank at the end, which libpq would remove.</param>
    /// <param name="path">The file's path, for messages.</param>
    /// <exception cref="PgSslException">
    /// InvalidServiceFile: libpq refuses the file as it is. UnknownParameter, InvalidParameterValue: it would not read the result as intended.
    /// </exception>
    public static byte[] Set(byte[] content, string service, string name, string value, string path)
    {
        if (ConnectionParameters.Find(name) is null || name == "service") throw EndpointErrors.UnknownParameter(name);
        RequireWritable(service, name, value);
        List<ServiceFileLine>? section = Find(content, service, path);
        byte[] changed = section is null
            ? Append(content, $"[{service}]\n{name}={value}\n")
            : section.Find(line => line.EntryName == name) is { } entry
                ? Splice(content, entry.TextStart + name.Length + 1, entry.TextEnd, value)
                : Insert(content, section, $"{name}={value}");
        RequireRead(changed, service, name, value, path);
        return changed;
    }

    /// <summary>
    /// The value that libpq reads for a parameter of a service; null where the section is missing or does not set it.
    /// </summary>
    /// <exception cref="PgSslException">InvalidServiceFile: libpq refuses the file.</exception>
    public static string? Get(byte[] content, string service, string name, string path) =>
        Find(content, service, path)?.Find(line => line.EntryName == name)?.Text[(name.Length + 1)..];

    private static List<ServiceFileLine>? Find(byte[] content, string service, string path)
    {
        using var file = new MemoryStream(content, writable: false);
        return ServiceFile.FindSection(service, file, path);
    }

    private static void RequireWritable(string service, string name, string value)
    {
        if (value.AsSpan().ContainsAny('\n', '\r', '\0') || (value.Length > 0 && ConninfoParser.IsBlank(value[^1])))
            throw Unwritable($"The value of {name} has a line break, a NUL character or a blank at its end, which a service file cannot contain.");
        if (service.AsSpan().ContainsAny('\n', '\r', '\0'))
            throw Unwritable("The name of the service has a line break or a NUL character.");
        if (IsTooLong($"{name}={value}\r\n") || IsTooLong($"[{service}]\r\n"))
            throw Unwritable($"The line for {name} of the service is longer than libpq reads (1022 bytes).");
    }

    private static bool IsTooLong(string line) => Encoding.UTF8.GetByteCount(line) >= ServiceFileLine.Limit;

    /// <summary>Reads the result again, so that nothing that was overlooked above is written to a file.</summary>
    private static void RequireRead(byte[] changed, string service, string name, string value, string path)
    {
        if (Get(changed, service, name, path) != value)
            throw Unwritable($"libpq would not read {name}={value} of service \"{service}\" from {path} as intended.");
    }

    private static PgSslException Unwritable(string message) =>
        new(PgSslError.InvalidParameterValue, message, "Choose another value, such as a shorter path.");

    private static byte[] Insert(byte[] content, List<ServiceFileLine> section, string line)
    {
        // Comments and blank lines at the end usually belong to the next section.
        ServiceFileLine last = section.FindLast(candidate => candidate.IsEntry) ?? section[0];
        string lineEnd = LineEnds.Of(content);
        bool isOpen = content[last.End - 1] != '\n';
        return Splice(content, last.End, last.End, isOpen ? lineEnd + line : line + lineEnd);
    }

    private static byte[] Append(byte[] content, string text)
    {
        string lineEnd = LineEnds.Of(content);
        string separator = content.Length == 0 ? "" : content[^1] == '\n' ? lineEnd : lineEnd + lineEnd;
        return Splice(content, content.Length, content.Length, separator + text.Replace("\n", lineEnd, StringComparison.Ordinal));
    }

    private static byte[] Splice(byte[] content, int start, int end, string text) =>
        [.. content.AsSpan(0, start), .. Encoding.UTF8.GetBytes(text), .. content.AsSpan(end)];
}
