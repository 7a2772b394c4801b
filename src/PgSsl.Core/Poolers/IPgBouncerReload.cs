namespace PgSsl.Poolers;

/// <summary>
/// Has a running PgBouncer read its configuration again. Both ways come to the same code (main.c, handle_sighup; admin.c, admin_cmd_reload);
/// TLS is among what they take over from PgBouncer 1.16 on. Before 1.25 neither says when the new TLS is refused: the wire does.
/// </summary>
internal interface IPgBouncerReload
{
    /// <summary>How, to follow "by": <c>SIGHUP to process 4711</c>.</summary>
    string Way { get; }

    /// <summary>Looks whether it could be told to, before anything is changed.</summary>
    /// <exception cref="PgSslException">It could not.</exception>
    Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>Has it done. PgBouncer may answer before it has done so.</summary>
    /// <exception cref="PgSslException">It could not be told to, or says that it failed.</exception>
    Task ReloadAsync(CancellationToken cancellationToken);
}
