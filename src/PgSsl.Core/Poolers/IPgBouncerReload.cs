namespace PgSsl.Poolers;

/// <summary>
/// Has a running PgBouncer read its configuration again. Both ways run the same code (main.c, handle_sighup; admin.c, admin_cmd_reload). From
/// PgBouncer 1.16 on it reloads TLS, too. Before 1.25 neither says if the new TLS is refused; only the wire shows it.
/// </summary>
internal interface IPgBouncerReload
{
    /// <summary>How, as the end of a sentence: <c>SIGHUP to process 4711</c>.</summary>
    string Means { get; }

    /// <summary>Checks whether a reload is possible, before anything is changed.</summary>
    /// <exception cref="PgSslException">It is not.</exception>
    Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>Starts the reload. PgBouncer may answer before it is done.</summary>
    /// <exception cref="PgSslException">It is not possible, or PgBouncer says that it failed.</exception>
    Task ReloadAsync(CancellationToken cancellationToken);
}
