using Npgsql;
using PgSsl.Probing;
using PgSsl.Server;

namespace PgSsl.Sql;

/// <summary>
/// Npgsql's settings for one attempt. All settings that Npgsql would otherwise take from PG* variables of the process are given here: they have been
/// decided already, and Npgsql's words for them are not libpq's.
/// </summary>
internal static class DataSources
{
    // Npgsql's own bounds.
    private const int MaxTimeout = 1024;

    /// <summary>Makes the settings.</summary>
    /// <param name="target">The server and the role.</param>
    /// <param name="transport">The transport.</param>
    /// <param name="check">Verifies the server.</param>
    /// <param name="placeholder">See <see cref="ClientCertificatePlaceholder"/>.</param>
    /// <param name="beforePassword">Called when the server asks for the password, before it is used.</param>
    public static NpgsqlDataSource Create(
        SessionTarget target, Transport transport, ServerCheck check, string? placeholder, Action beforePassword)
    {
        var settings = target.Settings;
        SqlSessionRequest request = target.Request;
        bool isTls = transport == Transport.Tls;
        var values = new NpgsqlConnectionStringBuilder
        {
            // The address itself: Npgsql would split a name at a colon, and look it up again.
            Host = target.Address?.ToString() ?? request.Host.Host,
            Port = request.Host.Port,
            Username = settings.UserName,
            Database = settings.Database,
            SslMode = isTls ? SslMode.Require : SslMode.Disable,
            SslNegotiation = isTls && settings.SslNegotiation == Connections.SslNegotiation.Direct ? SslNegotiation.Direct : SslNegotiation.Postgres,
            SslCertificate = placeholder,
            GssEncryptionMode = GssEncryptionMode.Disable,
            KerberosServiceName = settings["krbsrvname"] is { Length: > 0 } service ? service : "postgres",
            ChannelBinding = settings.ChannelBinding switch
            {
                "disable" => ChannelBinding.Disable,
                "require" => ChannelBinding.Require,
                _ => ChannelBinding.Prefer,
            },
            RequireAuth = AuthenticationMethods.Acceptable(settings),
            ApplicationName = settings["application_name"] is { Length: > 0 } name ? name : request.ApplicationName,
            Options = settings["options"] ?? "",
            ClientEncoding = "UTF8",
            Timezone = "UTC",
            TcpKeepAlive = !request.Host.IsUnixSocket && settings["keepalives"] != "0",
            // Our own limit is shorter; this one ends attempts that were given up.
            Timeout = (int)Math.Clamp(Math.Ceiling(request.Timeout.TotalSeconds) + 1, 1, MaxTimeout),
            CommandTimeout = (int)Math.Clamp(Math.Ceiling(request.CommandTimeout.TotalSeconds), 1, int.MaxValue / 1000),
            Pooling = false,
            Enlist = false,
            IncludeErrorDetail = false,
            PersistSecurityInfo = false,
            MaxAutoPrepare = 0,
        };
        // The types of the database are not loaded: all values are text, and opening then needs no query for them.
        NpgsqlSlimDataSourceBuilder builder = new NpgsqlSlimDataSourceBuilder(values.ConnectionString)
            .EnableTransportSecurity()
            .EnableIntegratedSecurity()
            .ConfigureTypeLoading(types => types.EnableTypeLoading(false))
            .UseNegotiateOptionsCallback(options => options.TargetName = $"{values.KerberosServiceName}/{request.Host.DisplayName}")
            .UsePasswordProvider(_ => Password(), (_, _) => new(Password()));
        if (isTls)
            builder.UseSslClientAuthenticationOptionsCallback(check.Configure);
        return builder.Build();

        // It is called only when the server asks for the password.
        string Password()
        {
            beforePassword();
            if (isTls)
                check.DemandAfterHandshake();
            return target.Password.Exists ? target.Password.Reveal() : throw SqlFailures.PasswordRequired(settings, target.Password);
        }
    }
}
