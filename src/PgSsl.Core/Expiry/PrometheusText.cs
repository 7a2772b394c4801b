using System.Globalization;
using System.Text;
using PgSsl.Common;

namespace PgSsl.Expiry;

/// <summary>Metrics in Prometheus's text format 0.0.4 (exposition_formats.md): line feeds only, one series once.</summary>
internal static class PrometheusText
{
    internal const string NotAfter = "pgssl_certificate_not_after_seconds";
    internal const string ProbeSuccess = "pgssl_probe_success";
    internal const string FileReadable = "pgssl_file_readable";

    /// <summary>Makes the text.</summary>
    public static string Of(IReadOnlyCollection<CertificateExpiry> items)
    {
        var text = new StringBuilder();
        Append(
            text, NotAfter, "When it expires, in seconds since 1970.",
            items.Where(item => item.NotAfter is not null).Select(item => (
                Labels(
                    ("server", item.Server), ("kind", item.Kind), ("subject", item.Name), ("path", item.Path), ("fingerprint", item.Fingerprint)),
                new DateTimeOffset(item.NotAfter!.Value).ToUnixTimeSeconds())));
        Append(
            text, ProbeSuccess, "1 if the server showed its certificate, else 0.",
            items.Where(item => item.Server is not null).Select(item => (Labels(("server", item.Server)), item.Error is null ? 1L : 0)));
        Append(
            text, FileReadable, "1 if the file was read, else 0.",
            items.Where(item => item.Path is not null).Select(item => (Labels(("path", item.Path)), item.Error is null ? 1L : 0)));
        return text.ToString();
    }

    private static void Append(StringBuilder text, string name, string help, IEnumerable<(string Labels, long Value)> samples)
    {
        // Two objects can be one series, such as a server that was named twice: the worse value counts.
        (string Labels, long Value)[] series =
            [.. samples.GroupBy(sample => sample.Labels).Select(group => (group.Key, group.Min(sample => sample.Value)))];
        if (series.Length == 0)
            return;
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n");
        foreach ((string labels, long value) in series)
            text.Append(CultureInfo.InvariantCulture, $"{name}{{{labels}}} {value}\n");
    }

    private static string Labels(params (string Name, string? Value)[] labels) =>
        string.Join(',', labels.Where(label => !string.IsNullOrEmpty(label.Value)).Select(label => $"{label.Name}=\"{Escape(label.Value!)}\""));

    private static string Escape(string value) => PrintableText.Of(value)
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
