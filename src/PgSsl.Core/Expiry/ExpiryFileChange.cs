using System.Text;
using PgSsl.Certificates.Trust;
using PgSsl.Changes;
using PgSsl.Files;

namespace PgSsl.Expiry;

/// <summary>
/// The file of a check, which is written beside it and renamed: node_exporter finds the old metrics or the new ones. It is written also where its
/// content stays, because its time says when the check ran (node_textfile_mtime_seconds). No backup is kept: the file holds what was once so.
/// </summary>
/// <param name="path">The file, absolute.</param>
/// <param name="format">Nagios or Prometheus.</param>
/// <param name="items">What was found.</param>
internal sealed class ExpiryFileChange(string path, string format, IReadOnlyCollection<CertificateExpiry> items)
    : IPlannedChange<CertificateExpiryFile>
{
    private readonly NagiosResult _result = NagiosText.Of(items);
    private byte[]? _content;
    private bool? _isSame;

    /// <inheritdoc/>
    public string Subject => path;

    /// <inheritdoc/>
    public IReadOnlyList<string> Lines => [$"{path} is written with what {format} reads: {_result.Text}"];

    /// <inheritdoc/>
    public bool IsNoChange => _isSame ??= HoldsThat();

    /// <inheritdoc/>
    public bool MayNeedReload => true;

    /// <inheritdoc/>
    public CertificateExpiryFile Outlook => new()
    {
        Path = path,
        Format = format,
        Status = _result.Status,
        ExitCode = _result.ExitCode,
        Text = _result.Text,
    };

    /// <inheritdoc/>
    // A new file may be read by everybody: node_exporter has an account of its own.
    public IReadOnlyList<FileEdit> Files =>
    [
        new FileEdit(path, Content) { MayReplace = true, Kind = format == "Nagios" ? FileKind.NagiosLine : FileKind.Metrics },
    ];

    private byte[] Content => _content ??= Encoding.UTF8.GetBytes(format == "Nagios" ? $"{_result.Text}\n" : PrometheusText.Of(items));

    /// <inheritdoc/>
    public void Check(bool isForced)
    {
    }

    /// <inheritdoc/>
    public Task<ChangeResult<CertificateExpiryFile>> ApplyAsync(CancellationToken cancellationToken)
    {
        bool isChanged = !IsNoChange;
        FileTransaction.Apply(Files, DateTimeOffset.UtcNow, drops: []);
        return Task.FromResult(new ChangeResult<CertificateExpiryFile>(
            Outlook with { IsChanged = isChanged, IsProven = isChanged ? HoldsThat() : null }));
    }

    private bool HoldsThat()
    {
        try
        {
            return PemFile.ReadBytes(path).AsSpan().SequenceEqual(Content);
        }
        catch (PgSslException)
        {
            // What is in the way is said when the file is looked at.
            return false;
        }
    }
}
