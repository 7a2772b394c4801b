using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Common;

namespace PgSsl.Hosting;

/// <summary>Turns a <see cref="PgSslException"/> into an error record: its error is the error id, its remedy the recommended action.</summary>
internal static class ErrorMap
{
    public static ErrorRecord ToErrorRecord(PgSslException exception, object? target)
    {
        if (target is string given && PemText.MayBe(given))
            target = SecretText.Mask;
        // Logs and transcripts show nothing but the message.
        if (SubjectOf(exception.Message, target) is { } subject)
            exception = new PgSslException(exception.Error, $"{subject}: {exception.Message}", exception.Remedy, exception);
        var record = new ErrorRecord(exception, exception.Error.ToString(), CategoryOf(exception.Error), target);
        // The target itself stays exact: scripts use it. Its name is what PowerShell shows.
        if (target is string name)
            record.CategoryInfo.TargetName = PrintableText.Of(name);
        if (exception.Remedy is { } remedy)
            record.ErrorDetails = new ErrorDetails(exception.Message) { RecommendedAction = remedy };
        return record;
    }

    /// <summary>What the message should begin with, so that it says which server it is about; null if it does already, or is about none.</summary>
    private static string? SubjectOf(string message, object? target) =>
        target is string { Length: > 0 } text && EndpointName.Of(text) is { } server
            && !message.Contains(server, StringComparison.OrdinalIgnoreCase) ? server : null;

    private static ErrorCategory CategoryOf(PgSslError error) => error switch
    {
        PgSslError.InvalidEndpoint or PgSslError.UnknownParameter or PgSslError.InvalidParameterValue
            or PgSslError.ContradictoryParameters or PgSslError.InvalidSubject or PgSslError.InvalidHostName
            or PgSslError.UnsupportedKeyAlgorithm or PgSslError.UnsupportedParameter or PgSslError.NotABackup => ErrorCategory.InvalidArgument,
        PgSslError.ServiceNotFound or PgSslError.HostNotFound or PgSslError.FileNotFound or PgSslError.RootNotFound
            or PgSslError.ChainIncomplete or PgSslError.SessionNotFound => ErrorCategory.ObjectNotFound,
        PgSslError.ConnectionRefused or PgSslError.ConnectionFailed or PgSslError.ConnectionClosed
            or PgSslError.DownloadFailed => ErrorCategory.ConnectionError,
        PgSslError.ConnectionTimedOut or PgSslError.CertificateNotServed => ErrorCategory.OperationTimeout,
        PgSslError.TlsNotOffered or PgSslError.DirectTlsNotSupported or PgSslError.UnixSocketHasNoTls
            or PgSslError.AccountRequired or PgSslError.ServerNotReady or PgSslError.NoSuitableServer
            or PgSslError.ServerElsewhere => ErrorCategory.ResourceUnavailable,
        PgSslError.NotPostgreSql or PgSslError.ProtocolViolation or PgSslError.ServerRejectedSslRequest
            or PgSslError.UnexpectedAnswer => ErrorCategory.ProtocolError,
        PgSslError.UnencryptedDataAfterSslResponse or PgSslError.TlsHandshakeFailed or PgSslError.RootNotVouchedFor
            or PgSslError.FingerprintMismatch or PgSslError.ConnectionsAtRisk or PgSslError.InsecurePassword
            or PgSslError.UnexpectedFile or PgSslError.UntrustedPeer or PgSslError.ForeignBackup => ErrorCategory.SecurityError,
        PgSslError.AuthenticationFailed or PgSslError.PasswordRequired => ErrorCategory.AuthenticationError,
        PgSslError.FileUnreadable or PgSslError.InsufficientPrivilege => ErrorCategory.PermissionDenied,
        PgSslError.SqlFailed or PgSslError.LooserLogin or PgSslError.NotProvable or PgSslError.UndoNotProven => ErrorCategory.InvalidOperation,
        PgSslError.FileExists => ErrorCategory.ResourceExists,
        PgSslError.FileNotWritten or PgSslError.FileNotRestored => ErrorCategory.WriteError,
        PgSslError.FileChanged => ErrorCategory.ResourceBusy,
        _ => ErrorCategory.InvalidData,
    };
}
