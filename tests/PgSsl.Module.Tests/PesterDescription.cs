using System.Reflection;
using System.Text.Json;
using PgSsl.Sandbox;

namespace PgSsl.Tests;

/// <summary>
/// What the Pester files know of the sandbox: servers (host:port each), roots and client files by name. <c>Get-Sandbox</c> of
/// tests/Pester/Sandbox.psm1 has these properties, and those of <see cref="PesterServer"/> behind the name of each PostgreSQL: $sandbox.Good,
/// $sandbox.GoodPort. What is null here is not there.
/// </summary>
internal sealed record PesterDescription
{
    /// <summary>The version of PostgreSQL that most servers have: 15, or 16 if that is not to be had.</summary>
    public required string Major { get; init; }

    /// <summary>The password of every role that has one.</summary>
    public required string Password { get; init; }

    /// <summary>psql, or what stands in for it; null if this machine has neither.</summary>
    public required string? Psql { get; init; }

    /// <summary>How the module was built: Debug or Release.</summary>
    public string Configuration { get; } = Repository.Configuration;

    /// <summary>Who always gets in over what PesterServer.Socket says.</summary>
    public string SqlRole { get; } = WindowsWays.Apply ? WindowsWays.Role : "postgres";

    /// <summary>The line of pg_hba.conf that lets this role in.</summary>
    public string SqlHbaLine { get; } = WindowsWays.HbaLine;

    // Servers to look at. Role anyone gets in everywhere, ssl_only by hostssl and scram-sha-256, plain_only by hostnossl and md5.

    /// <summary>Serves a good certificate for localhost, 127.0.0.1 and ::1, below Root and an issuing CA.</summary>
    public required PesterServer Good { get; init; }

    /// <summary>Has no TLS.</summary>
    public required PesterServer TlsOff { get; init; }

    /// <summary>Serves a certificate that is its own issuer.</summary>
    public required PesterServer SelfSigned { get; init; }

    /// <summary>Serves a good certificate without its intermediate.</summary>
    public required PesterServer LeafOnly { get; init; }

    /// <summary>Serves a certificate that ended an hour ago.</summary>
    public required PesterServer Expired { get; init; }

    /// <summary>Asks clients for a certificate below OtherRoot: role with_certificate must have one, by_certificate gets in with one.</summary>
    public required PesterServer AsksForCertificate { get; init; }

    /// <summary>Good on PostgreSQL 18, which knows direct TLS.</summary>
    public PesterServer? Direct { get; init; }

    /// <summary>Why there is no PostgreSQL 18.</summary>
    public string? DirectMissing { get; init; }

    /// <summary>Serves a self-signed certificate, until somebody connects to Renew.</summary>
    public required PesterServer Renewable { get; init; }

    /// <summary>A connection to it has Renewable serve a new certificate, and gets the fingerprint.</summary>
    public required string Renew { get; init; }

    /// <summary>A server as a provider runs it: only a URL in the intermediate leads to its root, which no machine has.</summary>
    public required PesterServer Managed { get; init; }

    /// <summary>The fingerprint of Managed's root, as the provider publishes it.</summary>
    public required string ManagedFingerprint { get; init; }

    // Servers whose pg_hba.conf tests change. Superuser postgres; roles app, auditor, replicator, legacy (its password is stored as md5), and
    // admins with its member bob.

    /// <summary>For Set-PgHbaSsl.Tests.ps1.</summary>
    public required PesterServer HbaChanged { get; init; }

    /// <summary>HbaChanged on PostgreSQL 18.</summary>
    public PesterServer? HbaDirect { get; init; }

    /// <summary>For the examples in Help.Tests.ps1.</summary>
    public required PesterServer HbaShown { get; init; }

    /// <summary>Its rules stay as they are. PostgreSQL 18 if there is one.</summary>
    public required PesterServer HbaKept { get; init; }

    /// <summary>Has no TLS, for ServerLife.Tests.ps1.</summary>
    public required PesterServer Life15 { get; init; }

    /// <summary>Life15 on PostgreSQL 18.</summary>
    public PesterServer? Life18 { get; init; }

    // Servers whose TLS is off, with a good certificate in their data directory.

    /// <summary>For Enable-PgSsl.Tests.ps1.</summary>
    public required PesterServer Switched { get; init; }

    /// <summary>Switched on PostgreSQL 18.</summary>
    public PesterServer? SwitchedDirect { get; init; }

    /// <summary>For Disable-PgSsl.Tests.ps1.</summary>
    public required PesterServer SwitchedOff { get; init; }

    /// <summary>For the examples in Help.Tests.ps1.</summary>
    public required PesterServer SwitchedShown { get; init; }

    // Servers that get other certificates, with the roles of HbaChanged.

    /// <summary>For Install-PgServerCertificate.Tests.ps1.</summary>
    public required PesterServer Deployed { get; init; }

    /// <summary>Deployed on PostgreSQL 18.</summary>
    public PesterServer? DeployedDirect { get; init; }

    /// <summary>For the examples in Help.Tests.ps1.</summary>
    public required PesterServer DeployedShown { get; init; }

    /// <summary>For Runbooks.Tests.ps1.</summary>
    public required PesterServer Job { get; init; }

    /// <summary>A PgBouncer before Deployed, whose TLS is off; role boss may use its admin console.</summary>
    public string? Pooler { get; init; }

    /// <summary>The port of Pooler.</summary>
    public string? PoolerPort { get; init; }

    /// <summary>The pgbouncer.ini of Pooler.</summary>
    public string? PoolerIni { get; init; }

    /// <summary>Why there is no PgBouncer.</summary>
    public string? PoolerMissing { get; init; }

    /// <summary>A load balancer that takes turns between HbaKept and Trapped.</summary>
    public required string Balanced { get; init; }

    // For Traps.Tests.ps1.

    /// <summary>Has database appdb of <see cref="TrappedDatabase"/>, and the roles of HbaChanged.</summary>
    public required PesterServer Trapped { get; init; }

    /// <summary>A PgBouncer before Trapped, with pool_mode session.</summary>
    public string? SessionPool { get; init; }

    /// <summary>A PgBouncer before Trapped, with pool_mode transaction.</summary>
    public string? TransactionPool { get; init; }

    /// <summary>A PgBouncer before Trapped, with pool_mode statement.</summary>
    public string? StatementPool { get; init; }

    // Not PostgreSQL at all.

    /// <summary>A port that refuses connections.</summary>
    public required string Closed { get; init; }

    /// <summary>Takes connections, and never answers.</summary>
    public required string Silent { get; init; }

    /// <summary>The port of an OpenSSH server on 127.0.0.1 that lets this account in, with PowerShell as a subsystem.</summary>
    public string? SshPort { get; init; }

    /// <summary>The private key for it.</summary>
    public string? SshKey { get; init; }

    /// <summary>The known_hosts file for it.</summary>
    public string? SshKnownHosts { get; init; }

    /// <summary>Why there is none.</summary>
    public string? SshMissing { get; init; }

    /// <summary>Answers as an SSH server does.</summary>
    public required string Ssh { get; init; }

    /// <summary>Answers with an error whose message is commands for a terminal.</summary>
    public required string Rude { get; init; }

    /// <summary>Never answers, and counts its connections.</summary>
    public required string Counted { get; init; }

    /// <summary>A connection to it gets the number of connections that Counted has at this moment.</summary>
    public required string OpenConnections { get; init; }

    /// <summary>A connection to it gets the folder of the estate of docs/guides (CompanyEstate), which the first one starts.</summary>
    public required string Estate { get; init; }

    // Files.

    /// <summary>The root above Good and all others but Managed and SelfSigned.</summary>
    public required string Root { get; init; }

    /// <summary>A root that is above no server, and above ClientCertificate.</summary>
    public required string OtherRoot { get; init; }

    /// <summary>The certificate of role by_certificate.</summary>
    public required string ClientCertificate { get; init; }

    /// <summary>Its key.</summary>
    public required string ClientKey { get; init; }

    /// <summary>The issuing CA below Root, for the openssl program.</summary>
    public required string IssuerCertificate { get; init; }

    /// <summary>Its key.</summary>
    public required string IssuerKey { get; init; }

    /// <summary>As JSON: one object of names and texts.</summary>
    public string ToJson()
    {
        var texts = new Dictionary<string, string>();
        foreach (PropertyInfo property in typeof(PesterDescription).GetProperties())
        {
            if (property.GetValue(this) is PesterServer server)
                Add(property.Name, server);
            else if (property.GetValue(this) is string text)
                texts[property.Name] = text;
        }
        return JsonSerializer.Serialize(texts);

        void Add(string name, PesterServer server)
        {
            texts[name] = server.Address;
            texts[name + nameof(server.Port)] = server.Port;
            texts[name + nameof(server.File)] = server.File;
            texts[name + nameof(server.Socket)] = server.Socket;
            texts[name + nameof(server.Data)] = server.Data;
            texts[name + nameof(server.Directory)] = server.Directory;
        }
    }
}
